import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { assetPath } from '../../../toolkit/assets.js';
import type { TableNetwork } from '../../../toolkit/network/index.js';

/** The file of what the fuzzer found to reach something of its own: an input a line, in hexadecimal digits. */
export const corpusPath = ({ name }: TableNetwork): string =>
  assetPath(`test/firmware/fuzz/corpus/${name}.hex`);

export function corpus(network: TableNetwork): readonly Uint8Array[] {
  return readFileSync(corpusPath(network), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
}

const SAID_LINES = 12;

/** Gives inputs to a target with replay.c; returns what it says of the first that it fails at, or null. */
export function replay(program: string, inputs: readonly Uint8Array[]): string | null {
  const input = Buffer.concat(
    inputs.flatMap((one) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(one.length);
      return [size, one];
    }),
  );
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 1 << 28, timeout: 60_000 });
  if (status === 0 && stdout.toString() === `${inputs.length}\n`) return null;
  const said = stderr.toString().split('\n');
  const last = said.findLastIndex((line) => line.startsWith('input '));
  return said.slice(last, last + SAID_LINES).join('\n');
}

/** Per cent of the lines of the protocol's sources that a target of COVERAGE reaches with these inputs. */
export function linesReached(
  program: string,
  inputs: readonly Uint8Array[],
): Readonly<Record<string, number>> {
  const failure = replay(program, inputs);
  if (failure !== null) throw new Error(failure);
  const counts = ['protocol_frame_c.gcda', 'protocol_serve_c.gcda'];
  const said = execFileSync('gcov', counts, { cwd: dirname(program), encoding: 'utf8' });
  const lines = said.matchAll(/File 'protocol\/(\w+\.c)'\nLines executed:([\d.]+)%/g);
  return Object.fromEntries([...lines].map(([, file = '', percent]) => [file, Number(percent)]));
}
