import { InputError } from '../errors.js';
import type { DataSet } from './data-set.js';

/** Pictures and labels as a program holds them; every DataSet is such. */
export interface Pictures {
  /**
   * Bytes, whole numbers 0..255: one list per picture or all in one, picture by picture, row by row, channels innermost
   * (what `dataSync()` of a tensor [pictures, height, width, channels] gives).
   */
  readonly images: ArrayLike<number> | readonly ArrayLike<number>[];
  /** One class index per picture. */
  readonly labels: ArrayLike<number>;
  /** What messages and reports call them. */
  readonly name?: string;
}

/**
 * Pictures in memory as a DataSet.
 *
 * @throws InputError naming the picture if a value is no byte, a picture is not of the shape, or a label is none of the
 * classes; or if there are no pictures, or another number of labels.
 */
export function dataSetOf(
  pictures: Pictures,
  { name, shape, classes }: Pick<DataSet, 'name' | 'shape' | 'classes'>,
): DataSet {
  const where = pictures.name ?? name;
  const size = shape[0] * shape[1] * shape[2];
  const images = bytesOf(pictures.images, size, shape.join(' x '), where);
  const count = images.length / size;
  if (pictures.labels.length !== count) {
    throw new InputError(`${count} pictures but ${pictures.labels.length} labels`, {
      where,
      next: 'Give one label per picture.',
    });
  }
  if (count === 0) throw new InputError('no pictures', { where });
  const labels = Uint8Array.from(pictures.labels);
  for (let i = 0; i < count; i++) {
    const label = pictures.labels[i] ?? NaN;
    if (labels[i] === label && label < classes.length) continue;
    throw new InputError(`the label ${label} of picture ${i} is none of the ${classes.length} classes`, {
      where,
      next: `Give labels as whole numbers from 0 to ${classes.length - 1}.`,
    });
  }
  return { name: where, shape, images, labels, classes };
}

function bytesOf(images: Pictures['images'], size: number, shape: string, where: string): Uint8Array {
  const lists = isNested(images) ? images : [images];
  const whole = isNested(images) ? lists.every(({ length }) => length === size) : images.length % size === 0;
  if (!whole) {
    const odd = lists.findIndex(({ length }) => length !== size);
    const found = lists[odd]?.length ?? 0;
    throw new InputError(
      isNested(images)
        ? `picture ${odd} has ${found} values where ${shape} are needed`
        : `${found} values are no whole number of pictures of ${shape}`,
      { where, next: 'Give pictures of the size that the model reads.' },
    );
  }
  const bytes = new Uint8Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++, at++) {
      const value = list[i] ?? NaN;
      bytes[at] = value;
      if (bytes[at] === value) continue;
      throw new InputError(`the value ${value} of picture ${Math.floor(at / size)} is not a byte`, {
        where,
        next: 'Give pixels as whole numbers from 0 to 255; what the model reads is byte * scale + offset.',
      });
    }
  }
  return bytes;
}

const isNested = (images: Pictures['images']): images is readonly ArrayLike<number>[] =>
  typeof images[0] === 'object';
