import { InputError } from '../errors.js';
import { unlabelled } from './arrays.js';
import type { DataSet } from './data-set.js';
import type { ReadDataOptions } from './read-data-options.js';

const MOST = 100_000;

/**
 * Pictures of random bytes, the same each time: for trying out, where no real ones are at hand.
 *
 * @throws InputError for a count that is none, and where nothing says how large they are to be.
 */
export function randomPictures(count: number, name: string, { shape }: ReadDataOptions): DataSet {
  if (count < 1 || count > MOST)
    throw new InputError(`${count} random pictures`, { where: name, next: 'Give for example random:1000.' });
  if (shape === undefined)
    throw new InputError('random pictures are for a network that is there already', {
      where: name,
      next: 'Give a data set.',
    });
  // xorshift32 (Marsaglia 2003): good enough for bytes, and its state is one number.
  let state = 0x9e3779b9;
  const images = Uint8Array.from({ length: count * shape[0] * shape[1] * shape[2] }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 11) & 255;
  });
  return { name, shape, images, ...unlabelled(count) };
}
