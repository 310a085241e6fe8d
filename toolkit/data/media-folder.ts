import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { turned, unlabelled } from './arrays.js';
import type { DataSet } from './data-set.js';
import { labelled } from './labels.js';
import { mediumOf, readMedia } from './media.js';
import type { ReadDataOptions } from './read-data-options.js';

const MOST_FILES = 200_000;

interface Listed {
  readonly path: string;
  /** The name of the folder that it lies in; null at the top. */
  readonly label: string | null;
}

/** Whether a folder, or a folder in it, has pictures or recordings. */
export const holdsMedia = (folder: string): boolean => list(folder).length > 0;

/**
 * Pictures (PNG, JPEG) or recordings (WAV) of a folder, sorted by name. Those in folders within it are of the class that the folder is
 * named by; those in the folder itself are unlabelled. Other files, and what starts with a dot, are passed over.
 *
 * @throws InputError if there are none, pictures and recordings together, labelled and unlabelled ones together, or as `readMedia`.
 */
export function readMediaFolder(folder: string, name: string, options: ReadDataOptions): DataSet {
  const files = list(folder);
  const [first] = files;
  if (first === undefined)
    throw new InputError('no pictures or recordings in the folder', {
      where: folder,
      next: 'Put PNG, JPEG or WAV files there, or a folder of them for each class.',
    });
  const medium = mediumOf(first.path);
  const other = files.find(
    ({ path, label }) => mediumOf(path) !== medium || (label === null) !== (first.label === null),
  );
  if (other !== undefined)
    throw new InputError('the files are not of one kind, or only some lie in a folder of their class', {
      where: `${first.path} and ${other.path}`,
      next: 'Give pictures or recordings, all of them in folders by class or none.',
    });
  const names = files.map(({ label }) => label ?? '');
  const about = first.label === null ? unlabelled(files.length) : labelled(names, options.classes, folder);
  const read = readMedia(
    files.map(({ path }) => path),
    options,
  );
  return turned({ name, ...read, ...about }, options);
}

/** One picture or recording, unlabelled. */
export function readMediaFile(path: string, name: string, options: ReadDataOptions): DataSet {
  return turned({ name, ...readMedia([path], options), ...unlabelled(1) }, options);
}

/** Files of a folder and of the folders in it, in the order of their names. */
function list(folder: string): readonly Listed[] {
  const files: Listed[] = [];
  const add = (path: string, label: string | null): void => {
    if (files.length === MOST_FILES)
      throw new InputError(`more than ${MOST_FILES} files`, { where: folder, next: 'Give a part of them.' });
    files.push({ path, label });
  };
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      if (mediumOf(name) !== null) add(path, null);
      continue;
    }
    for (const inner of namesIn(path)) if (mediumOf(inner) !== null) add(join(path, inner), name);
  }
  return files;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (cause) {
    throw new InputError('cannot read the folder', { where: folder, next: 'Check the path.', cause });
  }
}
