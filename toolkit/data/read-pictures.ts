import { InputError } from '../errors.js';
import type { DataSet } from './data-set.js';
import type { IdxFiles } from './idx-folder.js';
import { parseIdx } from './idx.js';
import { readMaybeGzipped } from './read-file.js';

/**
 * Pictures and their labels from two idx files, gzipped or not. `classes` names the labels 0, 1, 2 and so on; without
 * it they are named by their numbers, as many as the largest label needs.
 *
 * @throws InputError if a file is missing, empty, damaged, short or not idx, if pictures and labels do not match, or
 * if a label has no class.
 */
export function readPictures(files: IdxFiles, name: string, classes?: readonly string[]): DataSet {
  const images = parseIdx(readMaybeGzipped(files.images), files.images);
  const labels = parseIdx(readMaybeGzipped(files.labels), files.labels);
  const [count, height, width] = images.sizes;
  if (images.sizes.length !== 3 || count === undefined || height === undefined || width === undefined) {
    throw new InputError(`pictures need 3 dimensions, found ${images.sizes.length}`, { where: files.images });
  }
  if (count === 0 || height === 0 || width === 0) {
    throw new InputError(`no pictures in it: ${images.sizes.join(' x ')}`, { where: files.images });
  }
  if (labels.sizes.length !== 1 || labels.values.length !== count) {
    throw new InputError(`${count} pictures but ${labels.sizes.join(' x ')} labels`, {
      where: files.labels,
      next: 'Put the labels that belong to these pictures beside them.',
    });
  }
  const largest = labels.values.reduce((most, label) => Math.max(most, label), 0);
  if (classes !== undefined && largest >= classes.length) {
    throw new InputError(`label ${largest} is none of the ${classes.length} classes of ${name}`, {
      where: files.labels,
      next: 'Put the files of this data set there, or give another one as path/to/folder:train or :test.',
    });
  }
  return {
    name,
    shape: [height, width, 1],
    images: images.values,
    labels: labels.values,
    classes: classes ?? Array.from({ length: largest + 1 }, (_, label) => String(label)),
  };
}
