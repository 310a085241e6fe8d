import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { safePath } from './safe-path.js';

/** A file that names a folder as ours; only such a folder, or an empty one, is written into. */
export const MARKER = '.tablize';

const MARKER_TEXT =
  'Made by tablize. Files of the same names are overwritten by the next build; nothing is deleted.\n';

/**
 * Makes the folder ours: creates it if need be. Throws InputError when it holds something that is not ours.
 */
export function claimFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) {
      throw new InputError('the output folder is a file', { where: folder, next: 'name another folder' });
    }
    if (!existsSync(join(folder, MARKER)) && readdirSync(folder).length > 0) {
      throw new InputError('the output folder is not empty and was not made by tablize', {
        where: folder,
        next: 'name an empty or a new folder',
      });
    }
  }
  makeFolder(folder);
  attempt(folder, () => {
    writeFileSync(join(folder, MARKER), MARKER_TEXT);
  });
}

/** Writes files by relative paths into a folder that `claimFolder` accepts. */
export function writeFiles(files: ReadonlyMap<string, string | Uint8Array>, folder: string): void {
  const paths = [...files.keys()].map(safePath);
  claimFolder(folder);
  attempt(folder, () => {
    for (const path of paths) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), files.get(path) ?? '', {
        mode: path.endsWith('.sh') ? 0o755 : 0o644,
      });
    }
  });
}

/** A folder that cannot be written is the user's to change. */
function attempt(folder: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new InputError(`the output folder cannot be written: ${cause.message}`, {
      where: folder,
      next: 'name a folder that you may write to, with room on its disk',
      cause,
    });
  }
}
