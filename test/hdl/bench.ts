import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs a bench, which is named by its path from this folder, in iverilog, with every warning but those on time scales being an error;
 * what it printed, line by line. `files` are written beside it.
 */
export function runBench(
  bench: string,
  parameters: Readonly<Record<string, number>>,
  files: Readonly<Record<string, string>> = {},
): readonly string[] {
  const top = basename(bench);
  const folder = temporaryFolder('bench');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const rooms = ['engine', 'flash', 'memory', 'protocol', 'serial', 'simulation'];
  const said = execFileSync(
    'sh',
    ['-c', 'iverilog "$@" 2>&1', 'sh'].concat([
      ...['-g2005', '-Wall', '-Wno-timescale', '-s', top, '-o', 'bench.vvp'],
      ...Object.entries(parameters).map(([name, value]) => `-P${top}.${name}=${value}`),
      ...rooms.flatMap((room) => ['-y', here(`../../hdl-templates/${room}`)]),
      here(`${bench}.v`),
    ]),
    { cwd: folder, encoding: 'utf8' },
  );
  if (said !== '') throw new Error(said);
  return execFileSync('vvp', ['-n', 'bench.vvp'], {
    cwd: folder,
    timeout: 120_000,
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
}
