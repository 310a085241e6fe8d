import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';

/**
 * Throws InputError when something on the way to one of these relative paths, or at its end, is a symbolic link: to write there
 * would change a file outside of the folder, or another one in it.
 */
export function refuseLinks(folder: string, paths: Iterable<string>): void {
  for (const path of paths) {
    let at = folder;
    for (const name of path.split('/')) {
      at = join(at, name);
      const entry = lstatSync(at, { throwIfNoEntry: false });
      if (entry?.isSymbolicLink() === true) throw linked(at);
      if (entry?.isDirectory() !== true) break;
    }
  }
}

/** As refuseLinks, for folders that commands fill with files whose names only the commands tell. */
export function refuseLinksIn(folder: string, folders: Iterable<string>): void {
  for (const path of folders) {
    refuseLinks(folder, [path]);
    const at = join(folder, path);
    if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    const link = readdirSync(at, { withFileTypes: true }).find((entry) => entry.isSymbolicLink());
    if (link !== undefined) throw linked(join(at, link.name));
  }
}

function linked(path: string): InputError {
  return new InputError('a symbolic link stands where a file or folder would be written', {
    where: path,
    next: 'remove the link, or name another output folder',
  });
}
