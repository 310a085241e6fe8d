import { InputError } from '../errors.js';
import { INPUT, type Padding, type Shape } from '../network/index.js';
import { checkFloatModel } from './check-layers.js';
import {
  inputsOf,
  type Activation,
  type ActivationLayer,
  type BatchNormLayer,
  type Conv2dLayer,
  type DenseLayer,
  type DepthwiseConv2dLayer,
  type FloatInput,
  type FloatLayer,
  type FloatModel,
  type Pair,
} from './float-model.js';
import { explicitPadding } from './windows.js';

/**
 * A float network in the form that is deployed: batch norm and activations joined to the layer before them, flattening
 * gone (dense reads any tensor flattened), padding explicit. Stages other than `maxPool` and `concat` compute new values.
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

interface JoiningBase {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly shape: Shape;
}

interface Windowed {
  readonly stride: Pair;
  readonly padding: Padding;
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel. */
export interface Norm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  /** A scale and no more: statistics are not taken in training, and gamma is not learned. */
  readonly fixed?: true;
}

interface Weighted extends StageBase {
  readonly kernel: Float32Array;
  /** All zero where there is a norm, which has taken it in. */
  readonly bias: Float32Array;
  readonly norm: Norm | null;
  readonly activation: Activation;
}

export interface FusedDense extends Weighted {
  readonly kind: 'dense';
}

export interface FusedConv2d extends Weighted, Windowed {
  readonly kind: 'conv2d';
  readonly kernelSize: Pair;
}

export interface FusedDepthwise extends Weighted, Windowed {
  readonly kind: 'depthwiseConv2d';
  readonly kernelSize: Pair;
}

export interface FusedPool extends StageBase, Windowed {
  readonly kind: 'maxPool' | 'averagePool';
  readonly window: Pair;
}

export interface FusedAdd extends JoiningBase {
  readonly kind: 'add';
  readonly activation: Activation;
}

export interface FusedConcat extends JoiningBase {
  readonly kind: 'concat';
}

export type FusedWeighted = FusedDense | FusedConv2d | FusedDepthwise;
export type FusedStage = FusedWeighted | FusedPool | FusedAdd | FusedConcat;

export const hasWeights = (stage: FusedStage): stage is FusedWeighted => 'kernel' in stage;

/** The activation function that ends a stage; linear where it has none of its own. */
export const activationOf = (stage: FusedStage): Activation =>
  'activation' in stage ? stage.activation : 'linear';

/**
 * Fuses a float model. Batch norm stays apart from the weights (`foldNorms` folds it), except at the logits.
 *
 * @throws InputError naming the layer if a batch norm or an activation cannot be joined to the layer before it (that
 * layer is a pool, a concatenation or the picture, has an activation already, or is read by another layer too), if
 * another layer than a dense one reads flattened values, if no layer reads a layer, or if the last layer does not give
 * plain sums.
 */
export function fuse(model: FloatModel): FusedModel {
  const shapes = checkFloatModel(model);
  const shared = readTwice(model);
  const stages = new Map<string, FusedStage>();
  /** The stage that now makes the tensor which a layer of this name made. */
  const maker = new Map<string, string>([[INPUT, INPUT]]);
  for (const layer of model.layers) {
    const inputs = inputsOf(layer).map((input) => maker.get(input) ?? input);
    const inputShapes = inputsOf(layer).map((input) => shapes.get(input) ?? model.input.shape);
    const shape = shapes.get(layer.name) ?? model.input.shape;
    const input = inputs[0] ?? INPUT;
    checkFlattened(layer);
    if (layer.kind === 'flatten' || (layer.kind === 'activation' && layer.activation === 'linear')) {
      maker.set(layer.name, input);
      if (shared.has(layer.input)) shared.add(layer.name);
    } else if (layer.kind === 'batchNorm' || layer.kind === 'activation') {
      const before = stages.get(input);
      if (shared.has(layer.input)) {
        throw unmergeable(layer, model.name, `"${layer.input}" is read by another layer too`);
      }
      stages.set(input, layer.kind === 'batchNorm' ? normed(before, layer) : activated(before, layer));
      maker.set(layer.name, input);
    } else if (layer.kind === 'add' || layer.kind === 'concat') {
      const base = { name: layer.name, inputs, inputShapes, shape };
      stages.set(
        layer.name,
        layer.kind === 'add' ? { ...base, kind: 'add', activation: 'linear' } : { ...base, kind: 'concat' },
      );
      maker.set(layer.name, layer.name);
    } else {
      stages.set(layer.name, toStage(layer, input, inputShapes[0] ?? model.input.shape, shape));
      maker.set(layer.name, layer.name);
    }
  }
  checkAllRead(model);
  const fused = [...stages.values()];
  const last = fused.at(-1);
  if (
    last === undefined ||
    last.kind === 'maxPool' ||
    last.kind === 'concat' ||
    activationOf(last) !== 'linear'
  ) {
    throw new InputError(
      'the last layer must give sums: dense, convolution, average pooling or add, without activation (or with softmax)',
      {
        where: `model "${model.name}"`,
        next: 'Export the network up to its logits.',
      },
    );
  }
  const stagesOut = [...fused.slice(0, -1), hasWeights(last) ? foldNorm(last) : last];
  return { name: model.name, input: model.input, stages: stagesOut, labels: model.labels };

  /** Stages do not flatten: only what looks at values one by one may read flattened ones. */
  function checkFlattened(layer: FloatLayer): void {
    if (layer.kind === 'dense' || layer.kind === 'flatten' || layer.kind === 'activation') return;
    const reshaped = inputsOf(layer).find((name) => {
      const made = stages.get(maker.get(name) ?? name)?.shape ?? model.input.shape;
      return shapes.get(name)?.join() !== made.join();
    });
    if (reshaped === undefined) return;
    throw new InputError(`the ${layer.kind} layer reads "${reshaped}", which is flattened`, {
      where: `layer "${layer.name}" of model "${model.name}"`,
      next: 'Put a dense layer after the flatten layer.',
    });
  }

  function normed(before: FusedStage | undefined, layer: BatchNormLayer): FusedStage {
    if (
      before === undefined ||
      !hasWeights(before) ||
      before.activation !== 'linear' ||
      before.norm !== null
    ) {
      throw unmergeable(layer, model.name, 'it does not directly follow a linear dense or convolution layer');
    }
    const { gamma, beta, variance, epsilon } = layer;
    const mean = layer.mean.map((value, c) => value - (before.bias[c] ?? 0));
    return { ...before, bias: before.bias.map(() => 0), norm: { gamma, beta, mean, variance, epsilon } };
  }

  function activated(before: FusedStage | undefined, layer: ActivationLayer): FusedStage {
    if (before === undefined || !('activation' in before) || before.activation !== 'linear') {
      throw unmergeable(
        layer,
        model.name,
        'it does not directly follow a linear dense, convolution or add layer',
      );
    }
    return { ...before, activation: layer.activation };
  }
}

/** The tensors that more than one layer reads. */
function readTwice(model: FloatModel): Set<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const input of model.layers.flatMap(inputsOf)) (once.has(input) ? twice : once).add(input);
  return twice;
}

function checkAllRead(model: FloatModel): void {
  const read = new Set(model.layers.flatMap(inputsOf));
  const unread = model.layers.slice(0, -1).find(({ name }) => !read.has(name));
  if (unread === undefined) return;
  throw new InputError('no other layer reads it', {
    where: `layer "${unread.name}" of model "${model.name}"`,
    next: 'Remove it, or join its values to the others.',
  });
}

/** A norm as one factor and one summand per channel: y = x * scale + shift. */
export function affine({ gamma, beta, mean, variance, epsilon }: Norm): {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
} {
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  return { scale, shift: beta.map((value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0)) };
}

/** The stage with its norm folded into kernel and bias; outputs are innermost in every kernel. */
export function foldNorm<S extends FusedWeighted>(stage: S): S {
  if (stage.norm === null) return stage;
  const { scale, shift } = affine(stage.norm);
  return {
    ...stage,
    kernel: stage.kernel.map((weight, i) => weight * (scale[i % scale.length] ?? 0)),
    bias: shift,
    norm: null,
  };
}

/** The model with every norm folded into the weights. */
export function foldNorms(model: FusedModel): FusedModel {
  return { ...model, stages: model.stages.map((stage) => (hasWeights(stage) ? foldNorm(stage) : stage)) };
}

type Computing = Exclude<FloatLayer, { kind: 'flatten' | 'batchNorm' | 'activation' | 'add' | 'concat' }>;

function toStage(layer: Computing, input: string, inputShape: Shape, shape: Shape): FusedStage {
  const base = { name: layer.name, input, inputShape, shape };
  switch (layer.kind) {
    case 'dense':
      return { ...base, kind: 'dense', ...weightsOf(layer) };
    case 'conv2d':
    case 'depthwiseConv2d':
      return {
        ...base,
        kind: layer.kind,
        kernelSize: layer.kernelSize,
        stride: layer.strides,
        padding: explicitPadding(inputShape, layer.kernelSize, layer.strides, layer.padding),
        ...weightsOf(layer),
      };
    case 'maxPool':
    case 'averagePool': {
      const padding = explicitPadding(inputShape, layer.poolSize, layer.strides, layer.padding);
      // "Same" average pooling divides by fewer values at the edges; a table of shares has one divisor. Zeros that
      // the model itself puts around count as values.
      if (
        layer.kind === 'averagePool' &&
        layer.padding === 'same' &&
        Object.values(padding).some((amount) => amount > 0)
      ) {
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

const weightsOf = ({ kernel, bias, activation }: DenseLayer | Conv2dLayer | DepthwiseConv2dLayer) => ({
  kernel,
  bias,
  norm: null,
  activation,
});

function unmergeable(layer: FloatLayer, model: string, why: string): InputError {
  return new InputError(`the ${layer.kind} layer cannot be merged: ${why}`, {
    where: `layer "${layer.name}" of model "${model}"`,
    next: 'Put batch norm and activation directly after the dense or conv2d layer they belong to.',
  });
}
