import type { ActivationScheme } from './scheme.js';
import { gridFromZero } from './zero-grid.js';

/** ReLU6's end; it stands for an end that the function does not have. */
const END = 6;

/**
 * Fixed (NM's tanhD and its variant for ReLU6): equally spaced over the range of the function, whatever values it
 * gives; 6 and -6 stand for ends that it does not have. NM's
 *
 *     step = (greatest - least) / (count - 1),   levels least + k * step
 *
 * for ranges that begin or end at 0. For others 0 must be made one of the levels: the step is the smallest with which
 * levels counted from 0 reach both ends (of 8 levels for tanh 7 are used, a third apart: the eighth would lie outside).
 * In the unit of the values, which are not looked at.
 */
export const fixedActivationLevels: ActivationScheme = (_values, count, range) => {
  const least = range.least === -Infinity ? -END : range.least;
  const greatest = range.greatest === Infinity ? END : range.greatest;
  return gridFromZero(least, greatest, count, range);
};
