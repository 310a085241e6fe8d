import { roundTo } from './dequantize.js';
import { levelsCovering, type UniformLevels } from './levels.js';

/** The levels with the least squared error on these values, out of 40 fractions of the range that covers them all. */
export function leastErrorLevels(values: readonly number[], count: number): UniformLevels {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  const array = Float32Array.from(values);
  const candidates = Array.from({ length: 40 }, (_, k) => {
    const fraction = (k + 1) / 40;
    const levels = levelsCovering(fraction * least, fraction * greatest, count);
    const error = roundTo(levels, array).reduce((sum, value, i) => sum + (value - (array[i] ?? 0)) ** 2, 0);
    return { levels, error };
  });
  return candidates.reduce((best, candidate) => (candidate.error < best.error ? candidate : best)).levels;
}
