import type { DataSet } from './data-set.js';
import { holdsPictures, idxPaths, missingFiles, type Split } from './idx-folder.js';
import { readPictures } from './read-pictures.js';

/** How the files of a named data set lie in a place. */
export interface SetStore {
  /** Whether any of them is there. */
  readonly holds: (place: string) => boolean;
  /** What of a split is lacking, by name. */
  readonly missing: (place: string, split: Split) => readonly string[];
  /** How to make it whole, as a sentence. */
  readonly whole: string;
  /** @throws InputError for files that are damaged or do not belong together. */
  readonly read: (place: string, split: Split, name: string, classes: readonly string[]) => DataSet;
}

/** The four conventional idx files in a folder. */
export const IDX_STORE: SetStore = {
  holds: holdsPictures,
  missing: missingFiles,
  whole: 'Put all four idx files there, gzipped or not.',
  read: (folder, split, name, classes) => readPictures(idxPaths(folder, split), name, classes),
};
