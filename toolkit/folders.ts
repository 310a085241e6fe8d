import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from './errors.js';

/**
 * Makes a folder and the ones above it that are missing; one that is there stays as it is.
 * Throws InputError when the file system refuses, or when something on the way is not a folder.
 */
export function makeFolder(path: string): void {
  try {
    // One level at a time: Node's recursive mkdir never returns below a folder that answers ENOENT, such as /proc.
    for (const folder of missingFolders(resolve(path))) makeOne(folder);
    if (!statSync(path).isDirectory()) throw new InputError('it is a file', { where: path });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`cannot make the folder: ${why}`, {
      where: path,
      next: 'name a folder that you may write to, with room on its disk',
      cause,
    });
  }
}

/** What is missing of a path, the outermost folder first. */
function missingFolders(path: string): readonly string[] {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? [] : [...missingFolders(parent), path];
}

/** A folder that another process makes at the same moment is as good as ours. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
