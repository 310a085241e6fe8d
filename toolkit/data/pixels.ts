import type { DataSet } from './data-set.js';

/** One picture of a file: bytes, row by row, channels (1: grey, 3: red, green, blue) innermost. */
export interface Pixels {
  readonly shape: DataSet['shape'];
  readonly bytes: Uint8Array;
}

/** Most pixels of one picture; larger ones are refused before they are decoded. */
export const MOST_PIXELS = 2 ** 22;

/** The picture grey or coloured. Grey is 299 parts red, 587 green, 114 blue of 1000, rounded to the nearest; grey in colours is thrice the same. */
export function withChannels({ shape, bytes }: Pixels, channels: number): Pixels {
  const [height, width, given] = shape;
  if (given === channels || (channels !== 1 && channels !== 3)) return { shape, bytes };
  const made = new Uint8Array(height * width * channels);
  for (let i = 0; i < made.length; i++) {
    const at = 3 * i;
    made[i] =
      channels === 3
        ? (bytes[Math.floor(i / 3)] ?? 0)
        : Math.floor(
            (299 * (bytes[at] ?? 0) + 587 * (bytes[at + 1] ?? 0) + 114 * (bytes[at + 2] ?? 0) + 500) / 1000,
          );
  }
  return { shape: [height, width, channels], bytes: made };
}
