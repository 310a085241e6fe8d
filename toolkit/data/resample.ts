import { InputError } from '../errors.js';
import type { DataSet } from './data-set.js';

/** The centre of a picture, made smaller. */
export interface Resampling {
  /** Height and width of the centre that is kept, in pixels of the picture. */
  readonly crop: number;
  /** Height and width of what is made of it, at most `crop`. */
  readonly size: number;
}

/** What one pixel of a line is made of: pixels of the old line from `first` on, each with the share that it has. */
interface Mean {
  readonly first: number;
  readonly shares: readonly number[];
}

/** Part of a picture: the first row and column, and how many there are. */
interface Part {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Square pictures with one channel, cut to their centre and averaged over areas, in integers.
 *
 * @throws InputError if the pictures are smaller than what is to be kept of them.
 */
export function resample(data: DataSet, { crop, size }: Resampling): DataSet {
  const [height, width, channels] = data.shape;
  if (Math.min(height, width) < crop || channels !== 1) {
    throw new InputError(`pictures of ${data.shape.join(' x ')} have no centre of ${crop} x ${crop} x 1`, {
      where: data.name,
      next: 'Put the files of this data set there.',
    });
  }
  const part = {
    top: Math.floor((height - crop) / 2),
    left: Math.floor((width - crop) / 2),
    height: crop,
    width: crop,
  };
  const average = averaging(data.shape, part, [size, size]);
  const images = new Uint8Array(data.labels.length * size * size);
  for (let i = 0; i < data.labels.length; i++)
    images.set(average(data.images.subarray(i * height * width, (i + 1) * height * width)), i * size * size);
  return { ...data, shape: [size, size, 1], images };
}

/** A picture [height, width, channels] in another size, averaged over areas; its sides may change by different factors. */
export function resize(
  pixels: Uint8Array,
  shape: DataSet['shape'],
  size: readonly [number, number],
): Uint8Array {
  return averaging(shape, { top: 0, left: 0, height: shape[0], width: shape[1] }, size)(pixels);
}

/**
 * What makes pictures of `size` of a part of pictures of `shape`: a pixel is the mean of what lies under it, old pixels counted by the
 * share of their area, rounded to the nearest integer (halves up). All in integers, so the same everywhere.
 */
function averaging(
  [, pitch, channels]: DataSet['shape'],
  { top, left, height, width }: Part,
  [newHeight, newWidth]: readonly [number, number],
): (pixels: Uint8Array) => Uint8Array {
  const rows = means(height, newHeight, top);
  const columns = means(width, newWidth, left);
  const area = height * width;
  return (pixels) => {
    const made = new Uint8Array(newHeight * newWidth * channels);
    let at = 0;
    for (const row of rows) {
      for (const column of columns) {
        for (let channel = 0; channel < channels; channel++)
          made[at++] = Math.floor((sum(pixels, pitch, channels, channel, row, column) + area / 2) / area);
      }
    }
    return made;
  };
}

/** How `size` pixels are made of the `length` ones that start at `margin`; the shares of each add up to `length`. */
function means(length: number, size: number, margin: number): readonly Mean[] {
  return Array.from({ length: size }, (_, i) => {
    // On a line of length * size parts a new pixel is `length` parts long and an old one `size`.
    const [from, to] = [i * length, (i + 1) * length];
    const first = Math.floor(from / size);
    const count = Math.ceil(to / size) - first;
    const shares = Array.from({ length: count }, (_unused, k) => {
      const start = (first + k) * size;
      return Math.min(to, start + size) - Math.max(from, start);
    });
    return { first: margin + first, shares };
  });
}

function sum(
  pixels: Uint8Array,
  pitch: number,
  channels: number,
  channel: number,
  row: Mean,
  column: Mean,
): number {
  let total = 0;
  for (let y = 0; y < row.shares.length; y++) {
    const line = ((row.first + y) * pitch + column.first) * channels + channel;
    let part = 0;
    for (let x = 0; x < column.shares.length; x++)
      part += (column.shares[x] ?? 0) * (pixels[line + x * channels] ?? 0);
    total += (row.shares[y] ?? 0) * part;
  }
  return total;
}
