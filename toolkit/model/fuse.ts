import { InputError } from '../errors.js';
import { INPUT, type Padding, type Shape } from '../network/index.js';
import {
  checkFloatModel,
  windowsAlong,
  type Activation,
  type BatchNormLayer,
  type Conv2dLayer,
  type DenseLayer,
  type FloatInput,
  type FloatLayer,
  type FloatModel,
  type Pair,
  type PaddingMode,
} from './float-model.js';

/**
 * A float network in the form that is deployed: batch norm folded into weights, activations fused into the layer
 * before them, flattening gone (dense reads any tensor flattened), padding explicit. Every stage but `maxPool`
 * computes new values and so has an activation of its own.
 */
export interface FusedModel {
  readonly name: string;
  readonly input: FloatInput;
  readonly stages: readonly FusedStage[];
  readonly labels: readonly string[];
}

interface StageBase {
  readonly name: string;
  readonly input: string;
  readonly inputShape: Shape;
  readonly shape: Shape;
}

interface Windowed {
  readonly stride: Pair;
  readonly padding: Padding;
}

export interface FusedDense extends StageBase {
  readonly kind: 'dense';
  /** [inputs][units]. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface FusedConv2d extends StageBase, Windowed {
  readonly kind: 'conv2d';
  readonly kernelSize: Pair;
  /** [height][width][in][out]. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface FusedPool extends StageBase, Windowed {
  readonly kind: 'maxPool' | 'averagePool';
  readonly window: Pair;
}

export type FusedStage = FusedDense | FusedConv2d | FusedPool;

export const hasWeights = (stage: FusedStage): stage is FusedDense | FusedConv2d =>
  stage.kind === 'dense' || stage.kind === 'conv2d';

/**
 * Folds and fuses a float model.
 *
 * @throws InputError naming the layer if a batch norm or an activation cannot be merged into the layer before it
 * (that layer is a pool or the picture, has an activation already, or is read by another layer too).
 */
export function fuse(model: FloatModel): FusedModel {
  const shapes = checkFloatModel(model);
  const readers = new Map<string, number>();
  for (const layer of model.layers) readers.set(layer.input, (readers.get(layer.input) ?? 0) + 1);

  const stages = new Map<string, FusedStage>();
  /** The stage that now makes the tensor which a layer of this name made. */
  const maker = new Map<string, string>([[INPUT, INPUT]]);
  for (const layer of model.layers) {
    const input = maker.get(layer.input) ?? layer.input;
    const inputShape = shapes.get(layer.input) ?? model.input.shape;
    const shape = shapes.get(layer.name) ?? inputShape;
    if (layer.kind === 'flatten') {
      maker.set(layer.name, input);
    } else if (layer.kind === 'batchNorm' || layer.kind === 'activation') {
      const before = stages.get(input);
      if (layer.kind === 'activation' && layer.activation === 'linear') {
        maker.set(layer.name, input);
        continue;
      }
      if (before === undefined || !hasWeights(before) || before.activation !== 'linear') {
        throw unmergeable(layer, model.name, 'it does not directly follow a linear dense or conv2d layer');
      }
      if ((readers.get(layer.input) ?? 0) > 1) {
        throw unmergeable(layer, model.name, `"${layer.input}" is read by another layer too`);
      }
      stages.set(
        input,
        layer.kind === 'batchNorm'
          ? foldBatchNorm(before, layer)
          : { ...before, activation: layer.activation },
      );
      maker.set(layer.name, input);
    } else {
      stages.set(layer.name, toStage(layer, input, inputShape, shape));
      maker.set(layer.name, layer.name);
    }
  }
  const fused = [...stages.values()];
  const last = fused.at(-1);
  if (last === undefined || !hasWeights(last) || last.activation !== 'linear') {
    throw new InputError(
      'the last layer must be a dense or conv2d layer without activation (or with softmax)',
      {
        where: `model "${model.name}"`,
        next: 'Export the network up to its logits.',
      },
    );
  }
  return { name: model.name, input: model.input, stages: fused, labels: model.labels };
}

/** y = (x * kernel + bias - mean) * k + beta with k = gamma / sqrt(variance + epsilon), as one kernel and bias. */
export function foldBatchNorm<S extends FusedDense | FusedConv2d>(stage: S, norm: BatchNormLayer): S {
  const channels = stage.bias.length;
  const factor = norm.gamma.map((gamma, c) => gamma / Math.sqrt((norm.variance[c] ?? 0) + norm.epsilon));
  return {
    ...stage,
    kernel: stage.kernel.map((weight, i) => weight * (factor[i % channels] ?? 0)),
    bias: stage.bias.map((bias, c) => (bias - (norm.mean[c] ?? 0)) * (factor[c] ?? 0) + (norm.beta[c] ?? 0)),
  };
}

type Computing = Exclude<FloatLayer, { kind: 'flatten' | 'batchNorm' | 'activation' }>;

function toStage(layer: Computing, input: string, inputShape: Shape, shape: Shape): FusedStage {
  const base = { name: layer.name, input, inputShape, shape };
  switch (layer.kind) {
    case 'dense':
      return { ...base, kind: 'dense', ...weightsOf(layer) };
    case 'conv2d':
      return {
        ...base,
        kind: 'conv2d',
        kernelSize: layer.kernelSize,
        stride: layer.strides,
        padding: explicitPadding(inputShape, layer.kernelSize, layer.strides, layer.padding),
        ...weightsOf(layer),
      };
    case 'maxPool':
    case 'averagePool': {
      const padding = explicitPadding(inputShape, layer.poolSize, layer.strides, layer.padding);
      // "Same" average pooling divides by fewer values at the edges; a table of shares has one divisor.
      if (layer.kind === 'averagePool' && Object.values(padding).some((amount) => amount > 0)) {
        throw new InputError(
          `average pooling with padding "same" is not supported on ${inputShape.join(' x ')}`,
          {
            where: `layer "${layer.name}"`,
            next: 'Use padding "valid", or a pool size that divides the map.',
          },
        );
      }
      return { ...base, kind: layer.kind, window: layer.poolSize, stride: layer.strides, padding };
    }
    case 'globalAveragePool':
      return {
        ...base,
        kind: 'averagePool',
        window: [inputShape[0], inputShape[1]],
        stride: [1, 1],
        padding: { top: 0, right: 0, bottom: 0, left: 0 },
      };
  }
}

const weightsOf = ({ kernel, bias, activation }: DenseLayer | Conv2dLayer) => ({ kernel, bias, activation });

function explicitPadding(shape: Shape, window: Pair, stride: Pair, mode: PaddingMode): Padding {
  const vertical = windowsAlong(shape[0], window[0], stride[0], mode);
  const horizontal = windowsAlong(shape[1], window[1], stride[1], mode);
  return { top: vertical.before, right: horizontal.after, bottom: vertical.after, left: horizontal.before };
}

function unmergeable(layer: FloatLayer, model: string, why: string): InputError {
  return new InputError(`the ${layer.kind} layer cannot be merged: ${why}`, {
    where: `layer "${layer.name}" of model "${model}"`,
    next: 'Put batch norm and activation directly after the dense or conv2d layer they belong to.',
  });
}
