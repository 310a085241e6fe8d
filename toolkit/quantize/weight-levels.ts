import { InputError } from '../errors.js';
import { boundaries } from './quantizers/level-boundaries.js';

export { kMeansWeightLevels } from './quantizers/k-means-weights.js';
export { laplacianWeightLevels } from './quantizers/laplacian-weights.js';
export { boundaries } from './quantizers/level-boundaries.js';
export { WEIGHT_SCHEMES, type WeightSchemeName } from './quantizers/registry.js';
export type { WeightScheme } from './quantizers/scheme.js';
export { powerWeightLevels, steppedWeightLevels } from './quantizers/stepped-weights.js';
export { uniformWeightLevels } from './quantizers/uniform-weights.js';

/** Index of the nearest level for each weight. */
export function nearestLevels(levels: Float32Array, weights: Float32Array): Uint8Array {
  const middles = Float32Array.from(boundaries(levels));
  const indices = new Uint8Array(weights.length);
  // Plain loops: this runs over every weight at every training step.
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    let index = 0;
    for (let k = 0; k < middles.length; k++) if (weight >= (middles[k] ?? 0)) index++;
    indices[i] = index;
  }
  return indices;
}

/** The level at each index. */
export function levelsAt(levels: Float32Array, indices: Uint8Array): Float32Array {
  const values = new Float32Array(indices.length);
  for (let i = 0; i < indices.length; i++) values[i] = levels[indices[i] ?? 0] ?? 0;
  return values;
}

/** @throws InputError if |A| or |W| cannot be used. */
export function checkLevelCounts(activationLevels: number, weightLevels: number): void {
  for (const [what, count, least] of [
    ['activation levels', activationLevels, 2],
    ['weight levels', weightLevels, 2],
  ] as const) {
    if (!Number.isInteger(count) || count < least || count > 256) {
      throw new InputError(`${count} ${what}: a whole number from ${least} to 256 is needed`, {
        next: 'Give for example 8x5: 8 activation levels and 5 weight levels.',
      });
    }
  }
}
