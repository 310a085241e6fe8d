import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../errors.js';

/**
 * Writes a file so that it is there whole or not at all, and makes its folder. What stood there before stays until then.
 *
 * @throws InputError if the place cannot be written to.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`cannot write the file: ${why}`, {
      where: path,
      next: 'Choose an output folder that can be written to.',
      cause,
    });
  }
}
