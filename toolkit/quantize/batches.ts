import type { DataSet } from '../data/data-set.js';
import { shuffled, randomSource } from './random.js';

/** The pictures of each batch of an epoch, shuffled by seed and epoch alone; a last incomplete batch is left out. */
export function epochBatches(
  count: number,
  size: number,
  seed: number,
  epoch: number,
): readonly Uint32Array[] {
  const order = shuffled(count, randomSource(seed * 1_000_003 + epoch));
  const used = Math.min(size, count);
  return Array.from({ length: Math.floor(count / used) }, (_, b) => order.subarray(b * used, (b + 1) * used));
}

/** Batches of pictures in order, the last one as long as what is left. */
export function inOrder(count: number, size: number): readonly Uint32Array[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, b) =>
    Uint32Array.from({ length: Math.min(size, count - b * size) }, (_unused, i) => b * size + i),
  );
}

/** Moves a picture by whole pixels: [down, right]. */
export type Shift = readonly [number, number];
const STAY: Shift = [0, 0];

/** For each picture of a batch a random shift of at most `most` pixels, by seed alone. */
export function randomShifts(count: number, most: number, seed: number): readonly Shift[] {
  const random = randomSource(seed);
  const pick = (): number => Math.floor(random() * (2 * most + 1)) - most;
  return Array.from({ length: count }, (): Shift => [pick(), pick()]);
}

/**
 * The pictures' values, `values[byte]` for each byte, one picture after the other. Where a shifted picture has no
 * pixel there is the byte 0.
 */
export function gather(
  data: DataSet,
  indices: Uint32Array,
  values: Float32Array,
  shifts: readonly Shift[] = [],
): Float32Array {
  const [height, width, channels] = data.shape;
  const line = width * channels;
  const batch = new Float32Array(indices.length * height * line).fill(values[0] ?? 0);
  let at = 0;
  for (let b = 0; b < indices.length; b++) {
    const start = (indices[b] ?? 0) * height * line;
    const [down, right] = shifts[b] ?? STAY;
    const from = Math.max(right, 0) * channels;
    const to = (width + Math.min(right, 0)) * channels;
    for (let row = 0; row < height; row++, at += line) {
      if (row < down || row >= height + down) continue;
      const source = start + (row - down) * line - right * channels;
      for (let i = from; i < to; i++) batch[at + i] = values[data.images[source + i] ?? 0] ?? 0;
    }
  }
  return batch;
}

/** Rows of a [count][width] matrix. */
export function gatherRows(matrix: Float32Array, width: number, indices: Uint32Array): Float32Array {
  const rows = new Float32Array(indices.length * width);
  indices.forEach((index, b) => rows.set(matrix.subarray(index * width, (index + 1) * width), b * width));
  return rows;
}
