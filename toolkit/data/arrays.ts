import { InputError } from '../errors.js';
import { bytesOf, type BytesMade } from './byte-values.js';
import type { DataSet } from './data-set.js';
import { labelled } from './labels.js';
import type { ReadDataOptions } from './read-data-options.js';

/** Numbers of a file: the first axis counts pictures. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** The file says that they are unsigned bytes. */
  readonly bytes: boolean;
}

/**
 * Pictures of arrays as files hold them: [count, height, width], [count, height, width, channels], or rows of numbers that are laid out as
 * the network reads them. Where the network's channels come first in the file, they are moved behind.
 *
 * @throws InputError for pictures of another shape, numbers that are no bytes and have no map to them, or labels that do not match.
 */
export function picturesOf(
  images: NumberArray,
  names: readonly string[] | null,
  name: string,
  options: ReadDataOptions,
): DataSet {
  const [count = 0, ...axes] = images.shape;
  if (count === 0 || images.values.length === 0) throw new InputError('no pictures in it', { where: name });
  const given = shapeOf(axes, name);
  const made: BytesMade = images.bytes
    ? { bytes: Uint8Array.from(images.values) }
    : bytesOf(images.values, options, name);
  const { shape, pixels } = laidOut(made.bytes, given, options.shape);
  if (names !== null && names.length !== count)
    throw new InputError(`${count} pictures but ${names.length} labels`, {
      where: name,
      next: 'Give one label per picture.',
    });
  const about = names === null ? unlabelled(count) : labelled(names, options.classes, name);
  const values = made.values === undefined ? {} : { values: made.values };
  return turned({ name, shape, images: pixels, ...about, ...values }, options);
}

/** Labels that say nothing. */
export const unlabelled = (count: number): Pick<DataSet, 'labels' | 'classes' | 'unlabelled'> => ({
  labels: new Uint8Array(count),
  classes: [],
  unlabelled: true,
});

/** Colours in the order that is asked for: files hold red, green, blue. */
export function turned(data: DataSet, { bgr = false }: ReadDataOptions): DataSet {
  if (!bgr) return data;
  if (data.shape[2] !== 3)
    throw new InputError(`pictures with ${data.shape[2]} channels have no colours to turn round`, {
      where: data.name,
      next: 'Leave out --bgr.',
    });
  const images = data.images.map((_, i) => data.images[i + 2 - 2 * (i % 3)] ?? 0);
  return { ...data, images };
}

function shapeOf(axes: readonly number[], where: string): DataSet['shape'] {
  const [first = 0, second = 0, third = 0] = axes;
  if (axes.length === 1) return [1, 1, first];
  if (axes.length === 2) return [first, second, 1];
  if (axes.length === 3) return [first, second, third];
  throw new InputError(`an array of ${axes.length + 1} axes does not hold pictures`, {
    where,
    next: 'Give [pictures, height, width], [pictures, height, width, channels] or [pictures, values].',
  });
}

/** Pictures in the shape that is wanted, where theirs allows it; else as they are, for the network to refuse. */
function laidOut(
  bytes: Uint8Array,
  given: DataSet['shape'],
  wanted: DataSet['shape'] | undefined,
): { readonly shape: DataSet['shape']; readonly pixels: Uint8Array } {
  const asGiven = { shape: given, pixels: bytes };
  if (wanted === undefined || wanted.join() === given.join()) return asGiven;
  const [height, width, channels] = wanted;
  const size = height * width * channels;
  if (given[0] === 1 && given[1] === 1 && given[2] === size) return { shape: wanted, pixels: bytes };
  if (given[0] !== channels || given[1] !== height || given[2] !== width) return asGiven;
  const pixels = bytes.map((_, i) => {
    const within = i % size;
    return bytes[i - within + (within % channels) * height * width + Math.floor(within / channels)] ?? 0;
  });
  return { shape: wanted, pixels };
}
