import { picture, type DataSet } from '../data/data-set.js';
import { randomSource } from './random.js';

/** The pictures at `indices`, each bent at random (`warpPicture`) with moves of up to `most` pixels, by seed alone. */
export function warpPictures(data: DataSet, indices: Uint32Array, most: number, seed: number): DataSet {
  const random = randomSource(seed);
  const pick = (): Moves => [0, 0, 0].map(() => (2 * random() - 1) * most) as [number, number, number];
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  const images = new Uint8Array(indices.length * size);
  indices.forEach((index, b) =>
    images.set(warpPicture(picture(data, index), data.shape, pick(), pick()), b * size),
  );
  return { ...data, images, labels: Uint8Array.from(indices, (index) => data.labels[index] ?? 0) };
}

/** Pixels: a for all of a picture, b more at its right edge and less at its left, c more at its lower edge and less at its upper. */
export type Moves = readonly [a: number, b: number, c: number];

/**
 * A picture moved, turned, stretched and slanted: what stands at a place is read from so many pixels further down and right. Between
 * pixels bytes are interpolated (bilinear) and rounded; beyond the edge they are 0.
 */
export function warpPicture(
  from: Uint8Array,
  [height, width, channels]: DataSet['shape'],
  down: Moves,
  right: Moves,
): Uint8Array {
  const to = new Uint8Array(from.length);
  const at = (y: number, x: number, channel: number): number =>
    y < 0 || x < 0 || y >= height || x >= width ? 0 : (from[(y * width + x) * channels + channel] ?? 0);
  for (let y = 0; y < height; y++) {
    const v = place(y, height);
    for (let x = 0; x < width; x++) {
      const u = place(x, width);
      const sourceY = y + down[0] + down[1] * u + down[2] * v;
      const sourceX = x + right[0] + right[1] * u + right[2] * v;
      const [top, left] = [Math.floor(sourceY), Math.floor(sourceX)];
      const [below, beside] = [sourceY - top, sourceX - left];
      for (let c = 0; c < channels; c++) {
        const upper = (1 - beside) * at(top, left, c) + beside * at(top, left + 1, c);
        const lower = (1 - beside) * at(top + 1, left, c) + beside * at(top + 1, left + 1, c);
        to[(y * width + x) * channels + c] = Math.floor((1 - below) * upper + below * lower + 0.5);
      }
    }
  }
  return to;
}

/** From -1 at the first pixel to 1 at the last; 0 where there is one alone. */
const place = (pixel: number, count: number): number => (count < 2 ? 0 : (2 * pixel) / (count - 1) - 1);
