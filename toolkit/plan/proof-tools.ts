import { ToolMissingError } from '../errors.js';
import { findExecutable } from './find-executable.js';
import { versionOf } from './toolchain.js';

/** What proves that two circuits are equal. */
export interface ProofTools {
  readonly yosys: string;
  readonly abc: string;
  readonly version: string;
}

/** Finds Yosys and its ABC on the PATH. Throws ToolMissingError. */
export async function findProofTools(env: NodeJS.ProcessEnv = process.env): Promise<ProofTools> {
  const yosys = findExecutable('yosys', env);
  const abc = ['yosys-abc', 'abc', 'berkeley-abc']
    .map((name) => findExecutable(name, env))
    .find((path) => path !== null);
  if (yosys === null || abc == null) {
    const missing = [yosys === null ? 'yosys' : null, abc == null ? 'yosys-abc' : null];
    throw new ToolMissingError(
      `${missing.filter((name) => name !== null).join(' and ')} not on the PATH: a proof needs both`,
      { next: 'install `apt-get install yosys`, on macOS `brew install yosys`, or the OSS CAD Suite' },
    );
  }
  return { yosys, abc, version: (await versionOf([yosys, '-V'], env, /Yosys [\w.+-]+/)) ?? 'Yosys' };
}
