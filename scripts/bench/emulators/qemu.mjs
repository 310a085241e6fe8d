// A program in QEMU, which counts instructions by itself (`-icount`).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BuildError } from '../../../dist/errors.js';

/** @typedef {import('../cores.mjs').Core} Core */
/** @typedef {import('../build-image.mjs').Image} Image */

/**
 * Gives the lines that the program prints to `onLine`, until that returns false.
 *
 * @param {Core} core
 * @param {Image} image
 * @param {(line: string) => boolean} onLine
 */
export async function runQemu({ command: [program = '', ...args] }, { elf }, onLine) {
  const child = spawn(program, [...args, '-kernel', elf], { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const closed = new Promise((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', (cause) =>
      reject(new BuildError(`${program} cannot be run: ${cause.message}`, { cause })),
    );
  });
  closed.catch(() => undefined);
  try {
    for await (const line of createInterface({ input: child.stdout })) if (!onLine(line)) return;
    await closed;
    throw new BuildError(`${program} ended before the program did: ${said.trim()}`, { where: elf });
  } finally {
    end();
    process.off('exit', end);
  }
}
