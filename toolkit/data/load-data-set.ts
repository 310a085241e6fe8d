import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import type { DataSet } from './data-set.js';
import { idxPaths, type Split } from './idx-folder.js';
import { namedSet, SET_NAMES, type NamedSet } from './named-sets.js';
import { folderOfSet } from './places.js';
import { readPictures } from './read-pictures.js';
import { resample } from './resample.js';
import { IDX_STORE } from './set-store.js';

const SPLIT = /^(.+):(train|test)$/;
const IMAGES = /-?images[-.]idx3-ubyte(\.gz)?$/;

/**
 * A data set by name or path: `mnist:train`, `fashion-mnist:test` (NAMED_SETS has all names), `path/to/folder:train|test`
 * (a folder with the four conventional idx files, gzipped or not), or the path of an `...images-idx3-ubyte[.gz]` file
 * with its labels beside it. A name goes before a folder that is called the same; `./name:train` is the folder.
 *
 * @throws InputError if it is missing, empty, short, not idx, or if pictures and labels do not match.
 */
export function loadDataSet(spec: string): DataSet {
  const match = SPLIT.exec(spec);
  if (match?.[1] !== undefined) {
    const split: Split = match[2] === 'train' ? 'train' : 'test';
    const set = namedSet(match[1]);
    return set === undefined ? loadFolder(match[1], split, spec) : loadNamedSet(set, split);
  }
  if (namedSet(spec) !== undefined || (existsSync(spec) && statSync(spec).isDirectory())) {
    throw new InputError(`"${spec}" holds training and test pictures`, {
      where: spec,
      next: `Say which: ${spec}:train or ${spec}:test.`,
    });
  }
  return readPictures({ images: spec, labels: labelsBeside(spec) }, spec);
}

/** Training and test pictures of a data set given without a split: `mnist`, `fashion-mnist` or a folder of idx files. */
export function loadDataSetPair(name: string): { readonly train: DataSet; readonly test: DataSet } {
  const whole = SPLIT.exec(name)?.[1];
  if (whole !== undefined && !existsSync(name)) {
    throw new InputError(`"${name}" is one half of a data set, and both are needed`, {
      where: name,
      next: `Give it without the half: ${whole}.`,
    });
  }
  return { train: loadDataSet(`${name}:train`), test: loadDataSet(`${name}:test`) };
}

/**
 * One split of a named data set, with its class names.
 *
 * @throws InputError if it is in none of its places, or damaged there.
 */
export function loadNamedSet(set: NamedSet, split: Split, env: NodeJS.ProcessEnv = process.env): DataSet {
  const { read } = set.store ?? IDX_STORE;
  const pictures = read(folderOfSet(set, split, env), split, `${set.name}:${split}`, set.classes);
  return set.resampling === undefined ? pictures : resample(pictures, set.resampling);
}

function loadFolder(folder: string, split: Split, spec: string): DataSet {
  if (!existsSync(folder)) throw noDataSet(spec, folder);
  return readPictures(idxPaths(folder, split), spec);
}

function labelsBeside(images: string): string {
  const name = basename(images);
  if (!IMAGES.test(name)) throw noDataSet(images, images);
  const stem = name.replace(/\.gz$/, '').replace('images', 'labels').replace('idx3', 'idx1');
  const plain = join(dirname(images), stem);
  return existsSync(plain) ? plain : `${plain}.gz`;
}

function noDataSet(spec: string, where: string): InputError {
  return new InputError(`no data set "${spec}"`, {
    where,
    next: `Give a name (${SET_NAMES}; see \`tablize data\`) or a folder with idx files, each with :train or :test, or the path of an idx3 file.`,
  });
}
