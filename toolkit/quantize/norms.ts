import {
  hasWeights,
  type FusedModel,
  type FusedStage,
  type FusedWeighted,
  type Norm,
} from '../model/fuse.js';

/**
 * The same network with every gamma positive, as the thresholds of a table network need it: where it is negative, the
 * channel's weights change sign instead; where it is 0, the weights are 0.
 */
export function withPositiveNorms(model: FusedModel): FusedModel {
  return {
    ...model,
    stages: model.stages.map((stage): FusedStage => {
      if (!hasWeights(stage) || stage.norm === null) return stage;
      const { gamma, mean, variance } = stage.norm;
      const sign = gamma.map(Math.sign);
      const channels = gamma.length;
      return {
        ...stage,
        kernel: stage.kernel.map((weight, i) => weight * (sign[i % channels] ?? 1)),
        norm: {
          ...stage.norm,
          gamma: gamma.map((value) => Math.abs(value) || 1),
          mean: mean.map((value, c) => value * (sign[c] ?? 1)),
          variance: variance.map((value, c) => (sign[c] === 0 ? 1 : value)),
        },
      };
    }),
  };
}

/**
 * The same network with kernels whose output channels all have the root mean square of their layer; the norms take up the
 * difference. One set of weight levels then serves channels of all sizes: thresholds per channel make the sizes free.
 */
export function withEqualChannels(model: FusedModel): FusedModel {
  return mapWeighted(model, (stage) => {
    if (stage.norm === null) return stage;
    const squares = squaresOf(stage);
    const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    return scaled(stage, stage.norm, squares, mean);
  });
}

/**
 * The same network with kernels of root mean square 1: per channel where there is a norm, else as a whole, with a fixed
 * norm to take up the scale. One set of weight levels then serves all layers.
 */
export function withUnitKernels(model: FusedModel): FusedModel {
  return mapWeighted(model, (stage) => {
    const squares = squaresOf(stage);
    const { length } = stage.kernel;
    if (stage.norm !== null) return scaled(stage, stage.norm, squares, length / squares.length);
    const size = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / length) || 1;
    return {
      ...stage,
      kernel: stage.kernel.map((weight) => weight / size),
      bias: stage.bias.map(() => 0),
      norm: {
        gamma: stage.bias.map(() => size),
        beta: stage.bias,
        mean: stage.bias.map(() => 0),
        variance: stage.bias.map(() => 1),
        epsilon: 0,
        fixed: true,
      },
    };
  });
}

function mapWeighted(model: FusedModel, change: (stage: FusedWeighted) => FusedWeighted): FusedModel {
  return { ...model, stages: model.stages.map((stage) => (hasWeights(stage) ? change(stage) : stage)) };
}

/** Sum of the squared weights of each output channel. */
function squaresOf({ kernel, bias }: FusedWeighted): Float64Array {
  const channels = bias.length;
  const sums = new Float64Array(channels);
  kernel.forEach((weight, i) => (sums[i % channels] = (sums[i % channels] ?? 0) + weight * weight));
  return sums;
}

/** Every channel brought from its own sum of squares to `wanted`. */
function scaled(stage: FusedWeighted, norm: Norm, squares: Float64Array, wanted: number): FusedWeighted {
  const channels = stage.bias.length;
  const factor = Float32Array.from(squares, (square) => (square > 0 ? Math.sqrt(wanted / square) : 1));
  const { gamma, variance, epsilon } = norm;
  const grown = variance.map((value, c) => value * (factor[c] ?? 1) ** 2);
  return {
    ...stage,
    kernel: stage.kernel.map((weight, i) => weight * (factor[i % channels] ?? 1)),
    norm: {
      ...norm,
      mean: norm.mean.map((value, c) => value * (factor[c] ?? 1)),
      variance: grown,
      // Epsilon does not grow with the variance.
      gamma: gamma.map(
        (value, c) =>
          (value * Math.sqrt((grown[c] ?? 1) + epsilon)) /
          ((factor[c] ?? 1) * Math.sqrt((variance[c] ?? 1) + epsilon)),
      ),
    },
  };
}
