import { createHash } from 'node:crypto';
import { InputError } from '../errors.js';

/** Pictures as raw bytes with a class index each. */
export interface DataSet {
  /** Where it came from, for messages and reports: "mnist:test". */
  readonly name: string;
  /** [height, width, channels] of one picture. */
  readonly shape: readonly [number, number, number];
  /** count * height * width * channels bytes, picture by picture, row by row, channels innermost. */
  readonly images: Uint8Array;
  /** One index into `classes` per picture. */
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
  /** Nobody has said what the pictures show: labels are all 0 and mean nothing. */
  readonly unlabelled?: true;
  /** What bytes stand for that were made of other numbers; left out where the files hold bytes. */
  readonly values?: ByteValues;
}

/** A byte stands for `byte * scale + offset`. */
export interface ByteValues {
  readonly scale: number;
  readonly offset: number;
}

/** @throws InputError if nobody has said what the pictures show. */
export function withLabels(data: DataSet): DataSet {
  if (data.unlabelled !== true) return data;
  throw new InputError('the pictures have no labels', {
    where: data.name,
    next: 'Give pictures with labels: in folders by class, or with a column or an array of them (docs/data.md).',
  });
}

/** The bytes of picture `index`; a view, not a copy. */
export function picture(data: DataSet, index: number): Uint8Array {
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  return data.images.subarray(index * size, (index + 1) * size);
}

/** The first `count` pictures (all of them if there are fewer). */
export function take(data: DataSet, count: number): DataSet {
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  return {
    ...data,
    images: data.images.subarray(0, count * size),
    labels: data.labels.subarray(0, count),
  };
}

/** SHA-256 of the shapes, pictures and labels of data sets, one after another, as 64 hex digits. Names do not count. */
export function hashPictures(sets: readonly DataSet[]): string {
  const hash = createHash('sha256');
  for (const { shape, images, labels } of sets) {
    hash
      .update(`${shape.join('x')}:${labels.length};`)
      .update(images)
      .update(labels);
  }
  return hash.digest('hex');
}
