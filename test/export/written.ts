import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  boardOfCore,
  cLibrary,
  madeUpPictures,
  NO_OWNER,
  type CExport,
  type CFormat,
  type CoreName,
} from '../../toolkit/export/index.js';
import { usualKernels } from '../../toolkit/firmware/index.js';
import { interpret, type TableNetwork } from '../../toolkit/network/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What the toolkit exports in C of a network, for a core, with a made-up picture. */
export function exported(
  network: TableNetwork,
  format: CFormat,
  core: CoreName,
  changes: Partial<CExport> = {},
): ReadonlyMap<string, string> {
  const [example] = madeUpPictures(network, 1);
  if (example === undefined) throw new Error('no picture');
  return cLibrary({
    network,
    format,
    kernels: usualKernels(boardOfCore(core)),
    madeFor: core,
    example,
    accuracy: null,
    owner: NO_OWNER,
    ...changes,
  });
}

/** Writes files into a new folder of that name; its path. */
export function written(files: ReadonlyMap<string, string>, name: string): string {
  const folder = join(temporaryFolder('export'), name);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Runs a line of shell in a folder, for two minutes at most; what it printed. What it says of a failure is in the error. */
export function sh(folder: string, line: string): string {
  return execFileSync('sh', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
    timeout: 120_000,
  });
}

/** What the example in C prints of a picture. */
export function exampleLines(network: TableNetwork, pixels: Uint8Array): readonly string[] {
  const { label, logits } = interpret(network, pixels);
  return [
    `label ${label}: ${network.output.labels[label] ?? ''}`,
    ...Array.from(logits, (logit, number) => `logit ${number}: ${logit}`),
  ];
}
