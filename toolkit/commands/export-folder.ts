import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Format } from '../export/index.js';
import { InputError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { attempt } from '../plan/index.js';

/**
 * Refuses a folder that is there and not empty, even one of an earlier export: what that leaves behind would be compiled too. Throws InputError.
 */
export function requireNewFolder(folder: string, format: Format): void {
  const name = basename(folder);
  if (format === 'arduino' && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) {
    throw new InputError(`"${name}" cannot be the folder of an Arduino library`, {
      where: folder,
      next: 'begin its name with a letter or digit, go on with letters, digits, "_", "." and "-", 63 at most',
    });
  }
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw new InputError('the output folder is a file', { where: folder, next: 'name another folder' });
  if (readdirSync(folder).length > 0) {
    throw new InputError('the output folder is not empty', {
      where: folder,
      next: 'name a new folder with --out, or empty this one: an export never overwrites',
    });
  }
}

/** Writes files by relative paths into a new or empty folder. Throws InputError where it cannot be written. */
export function writeNewFolder(files: ReadonlyMap<string, string>, folder: string): void {
  attempt(folder, () => {
    for (const [path, text] of files) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), text, { flag: 'wx' });
    }
  });
}
