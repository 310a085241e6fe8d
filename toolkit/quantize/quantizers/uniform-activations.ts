import type { ActivationScheme } from './scheme.js';
import { gridFromZero } from './zero-grid.js';

/** The fraction of values that the levels must reach; the rest is cut off. */
const REACHED = 0.998;

/**
 * Fixed, calibrated (NM's uniform plateaus over a range that was measured): equally spaced levels counted from 0, with
 * the smallest step that reaches the 99.8 % quantile of the positive values, and for functions that can be negative
 * from the 0.2 % to the 99.8 % quantile of all values. Rare large values are cut off to keep the step small. Never
 * beyond the function's range. In the unit of the values.
 */
export const uniformActivationLevels: ActivationScheme = (values, count, range) => {
  const rectified = range.least >= 0;
  const sorted = (rectified ? values.filter((value) => value > 0) : values.slice()).sort();
  const reach = { least: rectified ? 0 : rank(sorted, 1 - REACHED), greatest: rank(sorted, REACHED) };
  // Where almost all values are 0, the quantiles are: all is reached then.
  const { least, greatest } =
    reach.least >= 0 && reach.greatest <= 0 ? { least: rank(sorted, 0), greatest: rank(sorted, 1) } : reach;
  return gridFromZero(Math.max(least, range.least), Math.min(greatest, range.greatest), count, range);
};

/** The value below which the fraction `q` lies (nearest rank); 0 of no values. */
function rank(sorted: Float32Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? 0;
}
