import type { Constant, Sizes } from './graph.js';

/** How many values a tensor of these sizes has. */
export function elements(sizes: Sizes): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** How far apart in memory neighbours along each axis lie. */
export function strides(sizes: Sizes): readonly number[] {
  const steps = sizes.map(() => 1);
  for (let axis = sizes.length - 2; axis >= 0; axis--) {
    steps[axis] = (steps[axis + 1] ?? 1) * (sizes[axis + 1] ?? 1);
  }
  return steps;
}

/**
 * Where each value of a tensor lies in another one: `tables` has, per axis and index along it, that index's share of
 * the offset. Transposing, slicing, broadcasting, padding and reducing differ only in the tables.
 */
export function offsets(tables: readonly Int32Array[]): Int32Array {
  let sums = Int32Array.of(0);
  for (const table of tables) {
    const next = new Int32Array(sums.length * table.length);
    let at = 0;
    for (const sum of sums) for (const share of table) next[at++] = sum + share;
    sums = next;
  }
  return sums;
}

/** A table for `offsets`: `of(i)` for each index i along an axis. */
export function table(size: number, of: (index: number) => number): Int32Array {
  const shares = new Int32Array(size);
  for (let i = 0; i < size; i++) shares[i] = of(i);
  return shares;
}

/** The values at some offsets. */
export function gather(values: Constant['values'], at: Int32Array): Constant['values'] {
  const result = values instanceof Int32Array ? new Int32Array(at.length) : new Float32Array(at.length);
  for (let i = 0; i < at.length; i++) result[i] = values[at[i] ?? 0] ?? 0;
  return result;
}

/** `axis` parts a tensor in blocks: how many there are, the axis' size, and how far apart its values lie. */
export function along(sizes: Sizes, axis: number): { blocks: number; size: number; step: number } {
  return {
    blocks: elements(sizes.slice(0, axis)),
    size: sizes[axis] ?? 1,
    step: elements(sizes.slice(axis + 1)),
  };
}
