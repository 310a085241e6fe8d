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

/**
 * Square pictures with one channel, cut to their centre and averaged over areas: a pixel is the mean of what lies under it, old
 * pixels counted by the share of their area, rounded to the nearest integer (halves up). All in integers, so the same
 * everywhere.
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
  const rows = means(crop, size, Math.floor((height - crop) / 2));
  const columns = means(crop, size, Math.floor((width - crop) / 2));
  const images = new Uint8Array(data.labels.length * size * size);
  let at = 0;
  for (let start = 0; start < data.images.length; start += height * width) {
    for (const row of rows) {
      for (const column of columns) {
        images[at++] = Math.floor(
          (sum(data.images, start, width, row, column) + (crop * crop) / 2) / (crop * crop),
        );
      }
    }
  }
  return { ...data, shape: [size, size, 1], images };
}

/** How `size` pixels are made of the `crop` ones that start at `margin`; the shares of each add up to `crop`. */
function means(crop: number, size: number, margin: number): readonly Mean[] {
  return Array.from({ length: size }, (_, i) => {
    // On a line of crop * size parts a new pixel is `crop` parts long and an old one `size`.
    const [from, to] = [i * crop, (i + 1) * crop];
    const first = Math.floor(from / size);
    const count = Math.ceil(to / size) - first;
    const shares = Array.from({ length: count }, (_unused, k) => {
      const start = (first + k) * size;
      return Math.min(to, start + size) - Math.max(from, start);
    });
    return { first: margin + first, shares };
  });
}

function sum(images: Uint8Array, start: number, width: number, row: Mean, column: Mean): number {
  let total = 0;
  for (let y = 0; y < row.shares.length; y++) {
    const line = start + (row.first + y) * width + column.first;
    let part = 0;
    for (let x = 0; x < column.shares.length; x++) part += (column.shares[x] ?? 0) * (images[line + x] ?? 0);
    total += (row.shares[y] ?? 0) * part;
  }
  return total;
}
