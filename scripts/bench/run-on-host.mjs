// A network library compiled for this computer: what it answers must be what it answers on every core.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchHeader, writeFiles } from './build-image.mjs';

/** @typedef {{ readonly label: number, readonly logits: readonly number[] }} HostAnswer */

const MAIN = fileURLToPath(new URL('bare/host.c', import.meta.url));
const WARNINGS = ['-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Werror'];

/**
 * @param {string} folder - empty
 * @param {import('./build-image.mjs').Library} library
 * @param {readonly Uint8Array[]} pictures
 * @param {readonly string[]} flags - of the compiler
 * @returns {readonly HostAnswer[]} one per picture
 */
export function runOnHost(folder, library, pictures, flags = ['-O2']) {
  writeFiles(folder, library.files);
  writeFiles(folder, new Map([['bench.h', benchHeader(library, pictures.length, 1)]]));
  const program = join(folder, 'host');
  const args = ['-std=c99', ...flags, ...WARNINGS, `-I${library.include}`, '-I.', MAIN, ...library.sources];
  execFileSync('gcc', [...args, '-o', program], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  const output = execFileSync(program, { input: Buffer.concat(pictures), maxBuffer: 2 ** 28 });
  const numbers = new Int32Array(new Uint8Array(output).buffer);
  const size = numbers.length / pictures.length;
  return pictures.map((_, i) => {
    const [label = 0, ...logits] = numbers.subarray(i * size, (i + 1) * size);
    return { label, logits };
  });
}
