import { multiplesOf, type Multiple } from './quantizers/multiples.js';

/** How the weight levels of a stage are learned: what of them is a parameter of the training. */
export interface LearnedWeightLevels {
  /** The last part of the parameter's name. */
  readonly part: string;
  /** The parameter for levels that a scheme has found. */
  readonly parameterOf: (levels: Float32Array) => Float32Array;
  /** The levels, ascending, one of them 0; `count` is how many there may be. */
  readonly levelsOf: (parameter: Float32Array, count: number) => Float32Array;
  /** Gradient of the parameter, from the weights, the indices of their levels and the gradients of what these stand for. */
  readonly gradient: (
    levels: Float32Array,
    weights: Float32Array,
    indices: Uint8Array,
    gradients: Float32Array,
  ) => Float32Array;
}

/** Every level is learned: its gradient is the sum over the weights snapped to it; the level 0 has none, so it stays. */
export const LEARNED_LEVELS: LearnedWeightLevels = {
  part: 'weightLevels',
  parameterOf: (levels) => levels,
  levelsOf: (levels) => levels,
  gradient: (levels, _weights, indices, gradients) => {
    const sums = new Float32Array(levels.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] ?? 0;
      sums[index] = (sums[index] ?? 0) + (gradients[i] ?? 0);
    }
    return sums.map((sum, k) => (levels[k] === 0 ? 0 : sum));
  },
};

/** The distance from 0 to the next level; 1 where all weights are 0. */
const stepOf = (levels: Float32Array): number => levels[levels.indexOf(0) + 1] ?? 1;

/**
 * Only the step of levels that are its multiples is learned, as steps of activations are (`finishBackward`): from the rounding
 * error inside the range, from what is cut off beyond it. The sum of the levels' own gradients would not do: behind a
 * batch norm, to which the size of a kernel means nothing, it is always 0.
 */
export const learnedStep = (multiple: Multiple): LearnedWeightLevels => ({
  part: 'weightStep',
  parameterOf: (levels) => Float32Array.of(stepOf(levels)),
  levelsOf: ([step = 1], count) => multiplesOf(step, count, multiple),
  gradient: (levels, weights, indices, gradients) => {
    const zero = levels.indexOf(0);
    const step = stepOf(levels);
    const [least = 0, greatest = 0] = [levels[0], levels.at(-1)];
    let sum = 0;
    for (let i = 0; i < indices.length; i++) {
      const weight = weights[i] ?? 0;
      const inside = weight > least && weight < greatest;
      const rounded = multiple((indices[i] ?? 0) - zero);
      sum += (gradients[i] ?? 0) * (rounded - (inside ? weight / step : 0));
    }
    return Float32Array.of(sum);
  },
});
