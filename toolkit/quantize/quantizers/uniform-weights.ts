import { ascending, largestMagnitude } from './ascending.js';
import type { WeightScheme } from './scheme.js';

/**
 * Fixed (TBNU's fixed kind): equally spaced from minus to plus the largest
 * magnitude,
 *
 *     step = max |w| / floor(count / 2),   levels k * step,   k = floor(count / 2) - count + 1 .. floor(count / 2)
 *
 * so that an even count leaves out the lowest level. In the unit of the weights.
 */
export const uniformWeightLevels: WeightScheme = (weights, count) => {
  const half = Math.max(Math.floor(count / 2), 1);
  const step = largestMagnitude(weights) / half;
  const least = half - count + 1;
  return ascending(Array.from({ length: count }, (_, i) => (i + least) * step));
};
