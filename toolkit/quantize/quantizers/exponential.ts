import type { HalfLine } from './half-line.js';

/**
 * The exponential distribution, one half of a Laplacian: density e^-x. By its lack of memory the mean of a cell that
 * begins at a and is w wide is
 *
 *     a + 1 - w / (e^w - 1),   and of a tail   a + 1 - e^-(cap - a)
 */
export const EXPONENTIAL: HalfLine = {
  name: 'exponential',
  density: (x) => Math.exp(-x),
  mass: (a, b) => Math.exp(-a) * -Math.expm1(a - b),
  mean: (a, b) => a + 1 - (b - a) / Math.expm1(b - a),
  tailMean: (a, cap) => a - Math.expm1(a - cap),
  end: 35,
};
