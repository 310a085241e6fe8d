import type { Shape } from '../network/index.js';

/**
 * Where the elements of a tensor lie in the activation memory, which has `banks` banks side by side.
 *
 * Columns are dealt to the banks in turn, so that neighbours can be read at once. A tensor that is read with a stride of n is first
 * split into n `phases`, column x being number floor(x / n) of phase x mod n: then the columns that are read at once are neighbours
 * again. Element (y, x, channel) has the address base + ((y * phases + x mod phases) * blocks + block) * channels + channel.
 */
export interface TensorLayout {
  readonly shape: Shape;
  readonly banks: number;
  readonly phases: number;
  /** Of `banks` columns in each row of a phase. */
  readonly blocks: number;
  /** Addresses in a bank. */
  readonly words: number;
}

export function layOut(shape: Shape, banks: number, phases: number): TensorLayout {
  const [height, width, channels] = shape;
  const blocks = Math.ceil(Math.ceil(width / phases) / banks);
  return { shape, banks, phases, blocks, words: height * phases * blocks * channels };
}

/** Addresses from one row to the next. */
export function rowStep({ shape, phases, blocks }: TensorLayout): number {
  return phases * blocks * shape[2];
}

export interface ColumnPlace {
  /** From the row's first address to that of the column's first channel. */
  readonly offset: number;
  readonly bank: number;
}

export function columnPlace({ shape, banks, phases, blocks }: TensorLayout, column: number): ColumnPlace {
  const turn = Math.floor(column / phases);
  const block = Math.floor(turn / banks);
  return { offset: ((column % phases) * blocks + block) * shape[2], bank: turn % banks };
}
