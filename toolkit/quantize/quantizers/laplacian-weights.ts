import { levelsAbove, mirrored } from './ascending.js';
import type { WeightScheme } from './scheme.js';

/**
 * Parametric (NM's clustering by a Laplacian; TBNU's parametric kind): a Laplacian about 0 with the density e^(-|w|/b)
 * / 2b is fitted by maximum likelihood, b = mean |w|, and for an odd N its levels are
 *
 *     +/- b * L_i,   L_i = ln(N / (N - 2i)),   i = 0 .. (N - 1) / 2
 *
 * NM gives them for L1 error. They are the levels with equal shares of the distribution, 1 / N, between neighbours;
 * rounding to the nearest, levels farther out would have a smaller L1 error still (for N = 3: 2 ln 2 = 1.39 and not ln
 * 3 = 1.10), but these spread the weights over the levels more evenly. An even count takes those of N = count + 1
 * without the lowest. In the unit of the weights.
 */
export const laplacianWeightLevels: WeightScheme = (weights, count) => {
  let sum = 0;
  for (const weight of weights) sum += Math.abs(weight);
  const b = sum / Math.max(weights.length, 1);
  const above = levelsAbove(count);
  const odd = 2 * above + 1;
  const positive = Array.from({ length: above }, (_, i) => b * Math.log(odd / (odd - 2 * (i + 1))));
  return mirrored(positive, count);
};
