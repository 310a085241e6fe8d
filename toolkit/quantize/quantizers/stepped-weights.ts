import { ascending, levelsAbove, multiplesOf } from './ascending.js';
import { evenly } from './lloyd.js';
import type { WeightScheme } from './scheme.js';

/** Pairs of a weight and a place where it changes its level that are looked at, at the most. */
const CHANGES = 100_000;

/**
 * Model-free: multiples of one step,
 *
 *     k * step,   k = -n .. n,   n = floor(count / 2)
 *
 * An even count leaves out the lowest. The step is the one of least squared error, found exactly, of evenly
 * picked weights (50,000 for five levels, fewer for more). In the unit of the weights. No randomness.
 */
export const steppedWeightLevels: WeightScheme = (weights, count) => {
  const above = levelsAbove(count);
  const step = leastErrorStep(evenly(weights, Math.ceil(CHANGES / above)), count - 1 - above, above);
  return ascending(multiplesOf(Math.fround(step), count));
};

/**
 * The step >= 0 for which the weights, each rounded to the nearest of k * step, k = -below .. above, have the least squared
 * error; 0 if no step is better than none.
 *
 * With multiples k_i given, the best step is P / Q, P = sum of w_i k_i, Q = sum of k_i^2, and its squared error is
 * P^2 / Q less than that of no step. As the step falls from infinity, the multiple of a weight changes from k - 1 to k
 * where the step is |w| / (k - 1/2): all multiples that can be the best are met on the way.
 */
export function leastErrorStep(weights: Float32Array, below: number, above: number): number {
  const changes = [...weights].flatMap((weight) =>
    Array.from({ length: weight < 0 ? below : above }, (_, k) => ({
      at: Math.abs(weight) / (k + 0.5),
      product: Math.abs(weight),
      square: 2 * k + 1,
    })),
  );
  changes.sort((a, b) => b.at - a.at);
  let [products, squares] = [0, 0];
  let best = { gain: 0, step: 0 };
  for (const { product, square } of changes) {
    products += product;
    squares += square;
    const gain = products ** 2 / squares;
    if (gain > best.gain) best = { gain, step: products / squares };
  }
  return best.step;
}
