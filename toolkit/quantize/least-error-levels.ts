import { activateAll, isWave, type Activation } from '../model/activations.js';
import { roundTo } from './dequantize.js';
import { levelsCovering, type UniformLevels } from './levels.js';

/**
 * The levels with the least squared error on these values, out of 40 fractions of the range that covers them all. Of a
 * wave the values are those before it, the error is that behind it, and either end has fractions of its own.
 */
export function leastErrorLevels(
  values: readonly number[],
  count: number,
  activation: Activation = 'linear',
): UniformLevels {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  const array = Float32Array.from(values);
  const after = (before: Float32Array): Float32Array =>
    isWave(activation) ? activateAll(activation, before, 1) : before;
  const wanted = after(array);
  const candidates = ranges(isWave(activation)).map(([below, above]) => {
    const levels = levelsCovering(below * least, above * greatest, count);
    const got = after(roundTo(levels, array));
    const error = got.reduce((sum, value, i) => sum + (value - (wanted[i] ?? 0)) ** 2, 0);
    return { levels, error };
  });
  return candidates.reduce((best, candidate) => (candidate.error < best.error ? candidate : best)).levels;
}

/** Fractions of the range below and above 0. */
function ranges(apart: boolean): readonly (readonly [number, number])[] {
  const fractions = (count: number): number[] => Array.from({ length: count }, (_, k) => (k + 1) / count);
  if (!apart) return fractions(40).map((fraction) => [fraction, fraction]);
  return fractions(10).flatMap((below) => fractions(10).map((above) => [below, above] as const));
}
