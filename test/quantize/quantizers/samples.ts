import { seeded } from '../../support/random.js';

/** A value from the standard normal distribution (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A value from the Laplacian of scale 1. */
export const laplacian = (random: () => number): number => (random() < 0.5 ? -1 : 1) * Math.log(1 - random());

export const draw = (seed: number, count: number, value: (random: () => number) => number): Float32Array => {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => value(random));
};

/** Mean of (value - nearest level)^2, by trying them all. */
export function meanSquaredError(values: Float32Array, levels: Float32Array): number {
  const errors = Array.from(values, (value) =>
    Math.min(...Array.from(levels, (level) => (value - level) ** 2)),
  );
  return errors.reduce((sum, error) => sum + error, 0) / Math.max(values.length, 1);
}

/** What is wrong with these levels, or nothing. */
export function flaws(levels: Float32Array, count: number): string[] {
  return [
    levels.every(Number.isFinite) ? '' : 'not finite',
    levels.length <= count ? '' : `${levels.length} of ${count} levels`,
    [...levels].filter((level) => Object.is(level, 0)).length === 1 ? '' : 'not one 0',
    levels.every((level, k) => k === 0 || level > (levels[k - 1] ?? Infinity)) ? '' : 'not ascending',
  ].filter((flaw) => flaw !== '');
}
