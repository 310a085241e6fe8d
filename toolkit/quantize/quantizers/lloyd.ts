import { ascending } from './ascending.js';
import { boundaries } from './level-boundaries.js';

/** Values in order, with their running sums, so that a cell's mean and error cost two look-ups. */
export interface Sample {
  /** Ascending. */
  readonly values: Float32Array;
  /** `sums[i]`: of the first i values. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** At most `most` of the values, evenly picked. */
export function evenly(values: Float32Array, most: number): Float32Array {
  const every = Math.max(1, Math.ceil(values.length / most));
  return values.filter((_, i) => i % every === 0);
}

/** Sorts `values` in place. */
export function sampleOf(values: Float32Array): Sample {
  values.sort();
  const sums = new Float64Array(values.length + 1);
  const squares = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    sums[i + 1] = (sums[i] ?? 0) + value;
    squares[i + 1] = (squares[i] ?? 0) + value * value;
  }
  return { values, sums, squares };
}

/**
 * Lloyd's algorithm from `start` (ascending, one of them 0, which stays): every level becomes the mean of the values
 * nearest to it, until none moves or the iterations are used up. A level that no value is nearest to stays. The squared
 * error never grows.
 */
export function lloyd(sample: Sample, start: Float32Array, iterations: number): Float32Array {
  const { sums } = sample;
  let centres = start;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const ends = cellEnds(sample, centres);
    const next = centres.map((centre, k) => {
      const from = ends[k] ?? 0;
      const to = ends[k + 1] ?? 0;
      return centre === 0 || from >= to ? centre : ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
    });
    if (next.every((value, k) => value === centres[k])) break;
    centres = next;
  }
  return ascending(centres);
}

/** Sum of (value - nearest level)^2 over the sample. */
export function squaredError(sample: Sample, levels: Float32Array): number {
  const { sums, squares } = sample;
  const ends = cellEnds(sample, levels);
  return levels.reduce((error, level, k) => {
    const from = ends[k] ?? 0;
    const to = ends[k + 1] ?? 0;
    const sum = (sums[to] ?? 0) - (sums[from] ?? 0);
    const square = (squares[to] ?? 0) - (squares[from] ?? 0);
    return error + square - 2 * level * sum + (to - from) * level * level;
  }, 0);
}

/** Holds the value nearest to zero at zero; the result is ascending and may hold values more than once. */
export function pinZero(values: readonly number[]): Float32Array {
  const sorted = Float32Array.from(values).sort();
  let nearest = 0;
  for (let k = 1; k < sorted.length; k++) {
    if (Math.abs(sorted[k] ?? 0) < Math.abs(sorted[nearest] ?? 0)) nearest = k;
  }
  return sorted.map((value, k) => (k === nearest ? 0 : value));
}

/** `count` of the values, at the middles of `count` equal parts of their number; 0s if there are none. */
export const atQuantiles = (sorted: Float32Array, count: number): number[] =>
  Array.from({ length: count }, (_, k) => sorted[Math.floor(((k + 0.5) * sorted.length) / count)] ?? 0);

/** The cell of level k holds the values from `ends[k]` up to `ends[k + 1]`. */
function cellEnds({ values }: Sample, levels: Float32Array): number[] {
  return [0, ...boundaries(levels).map((boundary) => countBelow(values, boundary)), values.length];
}

function countBelow(sorted: Float32Array, boundary: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < boundary) low = middle + 1;
    else high = middle;
  }
  return low;
}
