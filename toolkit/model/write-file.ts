import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import { makeFolder } from '../folders.js';

/**
 * Writes a file so that it is there whole or not at all, and makes its folder. What stood there before stays until then.
 *
 * @throws InputError if the place cannot be written to.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (cause) {
    discard(temporary);
    throw unwritable('write the file', path, cause);
  }
}

/**
 * Makes a folder and finds out whether files can be written in it, before the work whose result goes there.
 *
 * @throws InputError if not.
 */
export function makeWritableFolder(folder: string): void {
  const probe = join(folder, `.${process.pid}.partial`);
  writeFileAtomic(probe, '');
  removeFile(probe);
}

/** Removes a file; one that is not there is no failure. @throws InputError if it stays. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw unwritable('remove the file', path, cause);
  }
}

/** Tidies up after a failure, which is what must be told, not that this failed too. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function unwritable(what: string, where: string, cause: unknown): InputError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new InputError(`cannot ${what}: ${why}`, {
    where,
    next: 'Choose an output folder that can be written to.',
    cause,
  });
}
