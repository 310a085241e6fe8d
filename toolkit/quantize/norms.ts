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
  return {
    ...model,
    stages: model.stages.map((stage) =>
      hasWeights(stage) && stage.norm !== null ? equalized(stage, stage.norm) : stage,
    ),
  };
}

function equalized(stage: FusedWeighted, norm: Norm): FusedWeighted {
  const channels = stage.bias.length;
  const squares = new Float64Array(channels);
  stage.kernel.forEach(
    (weight, i) => (squares[i % channels] = (squares[i % channels] ?? 0) + weight * weight),
  );
  const mean = squares.reduce((sum, square) => sum + square, 0) / channels;
  const factor = Float32Array.from(squares, (square) => (square > 0 ? Math.sqrt(mean / square) : 1));
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
