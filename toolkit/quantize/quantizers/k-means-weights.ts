import { atQuantiles, evenly, lloyd, pinZero, sampleOf } from './lloyd.js';
import type { WeightScheme } from './scheme.js';

const SAMPLE = 50_000;
const ITERATIONS = 60;

export interface KMeansOptions {
  /** The most weights that are looked at, evenly picked, at least 1; 50,000 if not given. Infinity takes all. */
  readonly sample?: number;
}

/**
 * Model-free (NM's periodic clustering of the weights; TBNU's model-free kind): k-means in one dimension by Lloyd's
 * algorithm,
 *
 *     level_k = mean of the weights that are nearest to level_k
 *
 * on evenly picked weights, started at their quantiles (k + 1/2) / count, 60 rounds at the most. The centre nearest to
 * zero is held at zero. In the unit of the weights. No randomness: the same weights give the same levels.
 */
export function kMeans({ sample = SAMPLE }: KMeansOptions = {}): WeightScheme {
  return (weights, count) => {
    const picked = sampleOf(evenly(weights, sample));
    return lloyd(picked, pinZero(atQuantiles(picked.values, count)), ITERATIONS);
  };
}

/** k-means on at most 50,000 weights. */
export const kMeansWeightLevels: WeightScheme = kMeans();
