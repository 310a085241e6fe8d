import { multiplesOf, type Multiple } from './quantizers/multiples.js';
import { quantile } from './levels.js';
import type { WeightScheme } from './weight-levels.js';

/** Multiples of the one step of which this share of the weights, 0..1, is nearest to 0. */
export const sparseSteps =
  (zeros: number, multiple: Multiple): WeightScheme =>
  (weights, count) => {
    const step = 2 * quantile(weights.map(Math.abs), zeros);
    return step > 0 ? multiplesOf(Math.fround(step), count, multiple) : Float32Array.of(0);
  };
