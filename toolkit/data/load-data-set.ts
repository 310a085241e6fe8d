import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { turned } from './arrays.js';
import { readCsv } from './csv.js';
import { withLabels, type DataSet } from './data-set.js';
import { holdsPictures, idxLabelsBeside, idxPaths, type Split } from './idx-folder.js';
import { readMediaFile, readMediaFolder } from './media-folder.js';
import { mediumOf } from './media.js';
import { namedSet, SET_NAMES, type NamedSet } from './named-sets.js';
import { readNpyFiles } from './npy-files.js';
import { readNpz } from './npz.js';
import { folderOfSet } from './places.js';
import { randomPictures } from './random-pictures.js';
import type { ReadDataOptions } from './read-data-options.js';
import { readPictures } from './read-pictures.js';
import { resample } from './resample.js';
import { IDX_STORE } from './set-store.js';

const SPLITS = ['train', 'test'] as const;
const SPLIT = /^(.+):(train|test)$/;
const RANDOM = /^random:(\d{1,9})$/;

/**
 * A data set by name or path (docs/data.md): `mnist:train`, `fashion-mnist:test` (NAMED_SETS has all names); `path/to/folder:train|test`, a
 * folder with a half in idx files, in a folder `train` or `test`, or in a file of that name; `file.npz`, `file.npz:test`, `file.npy`, `file.csv`;
 * a folder of pictures or recordings, or one of them; an `...images-idx3-ubyte[.gz]` file with its labels beside it; `random:1000`. A name
 * goes before a folder that is called the same; `./name:train` is the folder.
 *
 * @throws InputError if it is missing, empty, short, damaged or too large, or if pictures and labels do not match.
 */
export function loadDataSet(spec: string, options: ReadDataOptions = {}): DataSet {
  const random = RANDOM.exec(spec)?.[1];
  if (random !== undefined) return randomPictures(Number(random), spec, options);
  const match = SPLIT.exec(spec);
  if (match?.[1] !== undefined) {
    const split: Split = match[2] === 'train' ? 'train' : 'test';
    const set = namedSet(match[1]);
    return set === undefined
      ? readHalf(match[1], split, spec, options)
      : turned(loadNamedSet(set, split), options);
  }
  if (namedSet(spec) !== undefined || isFolder(spec)) return readWholeFolder(spec, options);
  return readFileOf(spec, spec, options);
}

/**
 * Training and test pictures of a data set given without a split: `mnist`, a folder, an .npz file with both. The classes of the
 * training pictures, and what their bytes stand for, are those of the test pictures.
 *
 * @throws InputError as `loadDataSet`, and if either has no labels.
 */
export function loadDataSetPair(
  name: string,
  options: ReadDataOptions = {},
): { readonly train: DataSet; readonly test: DataSet } {
  const whole = SPLIT.exec(name)?.[1];
  if (whole !== undefined && !existsSync(name)) {
    throw new InputError(`"${name}" is one half of a data set, and both are needed`, {
      where: name,
      next: `Give it without the half: ${whole}.`,
    });
  }
  const train = withLabels(loadDataSet(`${name}:train`, options));
  const { classes, shape, values } = train;
  // Numbers of the test pictures become bytes as those of the training pictures did, or not at all.
  const { resize, bgr } = options;
  const test = loadDataSet(`${name}:test`, {
    ...(resize === undefined ? {} : { resize }),
    ...(bgr === undefined ? {} : { bgr }),
    // Classes by number are as many as occur, in either half.
    ...(classes.every((label, i) => label === String(i)) ? {} : { classes }),
    shape,
    ...(values === undefined ? {} : { values }),
  });
  return { train, test: withLabels(test) };
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

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** One half of a folder or of an .npz file. */
function readHalf(path: string, split: Split, spec: string, options: ReadDataOptions): DataSet {
  if (!existsSync(path)) throw noDataSet(spec, path);
  if (!isFolder(path)) {
    if (path.endsWith('.npz')) return readNpz(path, split, spec, options);
    throw new InputError(`"${path}" does not hold two halves`, {
      where: path,
      next: 'Give it without :train or :test.',
    });
  }
  const half = halfOf(path, split);
  if (half === null || holdsPictures(path)) return turned(readPictures(idxPaths(path, split), spec), options);
  return isFolder(half) ? readMediaFolder(half, spec, options) : readFileOf(half, spec, options);
}

/** A folder or a file that is called as a half. */
function halfOf(folder: string, split: Split): string | null {
  const names = ['', '.csv', '.csv.gz', '.npz'].map((end) => `${split}${end}`);
  const found = [...names, `x_${split}.npy`, `X_${split}.npy`].find((name) => existsSync(join(folder, name)));
  return found === undefined ? null : join(folder, found);
}

/** A folder without halves. */
function readWholeFolder(spec: string, options: ReadDataOptions): DataSet {
  const halves =
    namedSet(spec) !== undefined ||
    holdsPictures(spec) ||
    SPLITS.some((split) => halfOf(spec, split) !== null);
  if (!halves) return readMediaFolder(spec, spec, options);
  throw new InputError(`"${spec}" holds training and test pictures`, {
    where: spec,
    next: `Say which: ${spec}:train or ${spec}:test.`,
  });
}

function readFileOf(path: string, name: string, options: ReadDataOptions): DataSet {
  if (path.endsWith('.npz')) return readNpz(path, null, name, options);
  if (path.endsWith('.npy')) return readNpyFiles(path, name, options);
  if (/\.csv(\.gz)?$/.test(path)) return readCsv(path, name, options);
  if (mediumOf(path) !== null) return readMediaFile(path, name, options);
  const labels = idxLabelsBeside(path);
  if (labels === null) throw noDataSet(path, path);
  return turned(readPictures({ images: path, labels }, name), options);
}

function noDataSet(spec: string, where: string): InputError {
  return new InputError(`no data set "${spec}"`, {
    where,
    next: `Give a name (${SET_NAMES}; see \`tablize data\`) or a folder, each with :train or :test, or a file or folder of pictures (docs/data.md).`,
  });
}
