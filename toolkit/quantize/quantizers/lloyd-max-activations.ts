import { fixedActivationLevels } from './fixed-activations.js';
import { atQuantiles, evenly, lloyd, pinZero, sampleOf, squaredError } from './lloyd.js';
import { parametricActivationLevels } from './parametric-activations.js';
import type { ActivationScheme } from './scheme.js';
import { uniformActivationLevels } from './uniform-activations.js';

const SAMPLE = 50_000;
const ITERATIONS = 200;
/** Parts of equal number that the density of the values is measured in. */
const PARTS = 256;

/**
 * Model-free, least squared error (TBNU's model-free kind): Lloyd's algorithm on at most 50,000 evenly picked values,
 *
 *     level_k = mean of the values that are nearest to level_k,   the level 0 held
 *
 * It ends near its start where many levels share few values, so it is run from several starts and the best end is kept:
 * from quantiles, from levels as dense as the cube root of the values' density, and from the levels of the other
 * schemes. The squared error on the sample is therefore never larger than theirs. In the unit of the values. No
 * randomness.
 */
export const lloydMaxActivationLevels: ActivationScheme = (values, count, range) => {
  const sample = sampleOf(evenly(values, SAMPLE));
  const different = sample.values.filter((value, i) => value !== 0 && value !== sample.values[i - 1]);
  if (different.length === 0) return Float32Array.of(0);
  const starts = [
    atDifferentQuantiles(different, count),
    asCubeRoot(different, count),
    ...[uniformActivationLevels, fixedActivationLevels, parametricActivationLevels].map((scheme) =>
      scheme(sample.values, count, range),
    ),
  ];
  const found = starts.map((start) => {
    const levels = lloyd(sample, start, ITERATIONS);
    return { levels, error: squaredError(sample, levels) };
  });
  return found.reduce((best, other) => (other.error < best.error ? other : best)).levels;
};

/**
 * Quantiles of the different values, and 0: a heap of equal values (relu6 has one at 6) takes one level and not many.
 */
function atDifferentQuantiles(different: Float32Array, count: number): Float32Array {
  const most = Math.min(count - 1, different.length);
  return Float32Array.from([...atQuantiles(different, most), 0]).sort();
}

/**
 * Levels with a density that follows the cube root of the values', the best for many levels (Panter and Dite 1951). In
 * a part of width d that holds an equal share of the values the density is as 1 / d, so d^(2/3) of the levels belong
 * there.
 */
function asCubeRoot(different: Float32Array, count: number): Float32Array {
  const points = Float32Array.from([...atQuantiles(different, Math.min(PARTS, different.length)), 0]).sort();
  const sums = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    sums[i] = (sums[i - 1] ?? 0) + Math.cbrt((points[i] ?? 0) - (points[i - 1] ?? 0)) ** 2;
  }
  const total = sums.at(-1) ?? 0;
  let at = 1;
  return pinZero(
    Array.from({ length: count }, (_, k) => {
      const wanted = ((k + 0.5) / count) * total;
      while (at < points.length - 1 && (sums[at] ?? 0) < wanted) at++;
      const [before = 0, after = 0] = [sums[at - 1], sums[at]];
      const [left = 0, right = 0] = [points[at - 1], points[at]];
      return left + ((wanted - before) / (after - before)) * (right - left);
    }),
  );
}
