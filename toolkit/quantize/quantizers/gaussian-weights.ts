import { levelsAbove, mirrored } from './ascending.js';
import { HALF_NORMAL } from './half-normal.js';
import { leastErrorTable } from './least-error-table.js';
import type { WeightScheme } from './scheme.js';

/**
 * Parametric, least squared error (TBNU's parametric kind, with the normal distribution and Lloyd and Max's condition
 * for its levels): a normal distribution about 0 is fitted by maximum likelihood, sigma = sqrt(mean w^2), and the
 * levels are sigma * x_k with
 *
 *     x_k = (phi(b_k) - phi(b_k+1)) / (Phi(b_k+1) - Phi(b_k)),   b_k = (x_k-1 + x_k) / 2
 *
 * for an odd N; x = 0 is among them by symmetry. An even count takes those of N = count + 1 without the lowest. In the
 * unit of the weights.
 */
export const gaussianWeightLevels: WeightScheme = (weights, count) => {
  let squares = 0;
  for (const weight of weights) squares += weight * weight;
  const sigma = Math.sqrt(squares / Math.max(weights.length, 1));
  const { levels } = leastErrorTable(HALF_NORMAL, levelsAbove(count));
  return mirrored(
    levels.map((level) => sigma * level),
    count,
  );
};
