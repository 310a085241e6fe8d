import { evenly } from './lloyd.js';
import {
  leastErrorStep,
  multiplesOf,
  powerOfTwo,
  successive,
  weightsLookedAt,
  type Multiple,
} from './multiples.js';
import type { WeightScheme } from './scheme.js';

/**
 * Model-free: multiples of one step,
 *
 *     k * step,   k = -n .. n,   n = floor(count / 2)
 *
 * An even count leaves out the lowest. The step is the one of least squared error, found exactly, of evenly
 * picked weights (50,000 for five levels, fewer for more). In the unit of the weights. No randomness.
 */
export const steppedWeightLevels: WeightScheme = (weights, count) => stepped(weights, count, successive);

/**
 * The same with multiples that are powers of two, so that a weight is a shift,
 *
 *     0 and +- 2^k * step,   k = 0 .. n - 1,   n = floor(count / 2)
 *
 * Up to five levels they are those of `steppedWeightLevels`.
 */
export const powerWeightLevels: WeightScheme = (weights, count) => stepped(weights, count, powerOfTwo);

function stepped(weights: Float32Array, count: number, multiple: Multiple): Float32Array {
  const step = leastErrorStep(evenly(weights, weightsLookedAt(count)), count, multiple);
  return multiplesOf(Math.fround(step), count, multiple);
}
