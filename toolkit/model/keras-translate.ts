import { InputError } from '../errors.js';
import { INPUT, type Padding, type Shape } from '../network/index.js';
import type { Activation } from './activations.js';
import type { FloatLayer, PaddingMode, Pair } from './float-model.js';
import { activationFromKeras } from './keras-activations.js';
import {
  activationSchema,
  batchNormSchema,
  concatSchema,
  convSchema,
  denseSchema,
  depthwiseSchema,
  formatSchema,
  poolSchema,
  permuteSchema,
  reluSchema,
  leakyReluSchema,
  eluSchema,
  reshapeSchema,
  separableSchema,
  settingsOf,
} from './keras-settings.js';
import { kerasSizes, reshaped } from './keras-shapes.js';
import type { KerasNode } from './keras-topology.js';
import { weightOf, type Weights } from './keras-weights.js';
import { zerosLose } from './zeros-lose.js';

/** What a Keras layer makes. */
export interface Tensor {
  /** The layer of ours that makes it, or `INPUT`. */
  readonly layer: string;
  readonly shape: Shape;
  /** Its number of axes in Keras, the batch included; ours have height, width and channels always. */
  readonly rank: number;
  /** Zeros around it, not in `shape`, which the layer that reads it must take over. */
  readonly zeros: Padding | null;
}

export interface Context {
  readonly weights: Weights;
  readonly where: string;
  /** Whether Keras' tensors of three axes are [batch, steps, channels], ours of height 1, or [batch, height, width]. */
  readonly hasSteps: boolean;
  readonly isLast: boolean;
  readonly isKeras3: boolean;
  /** Those made so far. */
  readonly layers: readonly FloatLayer[];
  /** This name, or one like it that no layer has. */
  readonly unique: (name: string) => string;
}

const SUPPORTED =
  'Dense, Conv2D, DepthwiseConv2D, SeparableConv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D, ' +
  'ZeroPadding2D, the same in one dimension, Rescaling and Normalization at the very start, Flatten, Add, Concatenate, BatchNormalization, ReLU, LeakyReLU, PReLU, ELU and Activation';

/** Layers with a window. */
const SLIDING = ['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'MaxPooling2D', 'AveragePooling2D'];

/** Whether zeros around its input can become the padding of this layer. */
export const canTakeZeros = ({ className, config: { padding = 'valid' } }: KerasNode): boolean =>
  SLIDING.includes(className) && typeof padding === 'string' && padding.toLowerCase() === 'valid';

/** The layers that a Keras layer stands for, the one that makes its output last; none if it changes nothing. */
export function toLayers(
  node: KerasNode,
  inputs: readonly [Tensor, ...Tensor[]],
  context: Context,
): readonly FloatLayer[] {
  const { className } = node;
  const { where } = context;
  const [input] = inputs;
  const name = node.name === INPUT ? context.unique(node.name) : node.name;
  const base = { name, input: input.layer };
  switch (className) {
    case 'Dense': {
      const { units, ...config } = settingsOf(node, where, denseSchema);
      const kernel = weight(node, context, 'kernel');
      if (input.rank > 2 && input.shape[0] * input.shape[1] > 1) {
        // Keras applies it at each position.
        if (input.rank === 3 && !context.hasSteps) throw unsupported(node, where);
        const at = { kernelSize: [1, 1], strides: [1, 1], padding: 'valid' } as const;
        const rest = { ...at, kernel, ...ending(node, config, units, context) };
        return [{ ...base, kind: 'conv2d', filters: units, ...rest }];
      }
      return [{ ...base, kind: 'dense', units, kernel, ...ending(node, config, units, context) }];
    }
    case 'Conv2D': {
      const { filters, kernel_size: kernelSize, groups, ...config } = settingsOf(node, where, convSchema);
      const kernel = weight(node, context, 'kernel');
      const grouped = (groups ?? 1) > 1 ? { groups: groups ?? 1 } : {};
      const rest = {
        ...placing(config, input),
        ...grouped,
        kernel,
        ...ending(node, config, filters, context),
      };
      return [{ ...base, kind: 'conv2d', filters, kernelSize, ...rest }];
    }
    case 'DepthwiseConv2D': {
      const { kernel_size: kernelSize, ...config } = settingsOf(node, where, depthwiseSchema);
      // Keras 3 calls it kernel.
      const kernel = weight(node, context, 'depthwise_kernel', 'kernel');
      const { outputs, multiplied } = multiplying(config, input);
      const rest = {
        ...placing(config, input),
        ...multiplied,
        kernel,
        ...ending(node, config, outputs, context),
      };
      return [{ ...base, kind: 'depthwiseConv2d', kernelSize, ...rest }];
    }
    case 'SeparableConv2D': {
      const { filters, kernel_size: kernelSize, ...config } = settingsOf(node, where, separableSchema);
      const { outputs, multiplied } = multiplying(config, input);
      const depthwise: FloatLayer = {
        name: context.unique(`${name}_depthwise`),
        input: input.layer,
        kind: 'depthwiseConv2d',
        kernelSize,
        ...placing(config, input),
        ...multiplied,
        kernel: weight(node, context, 'depthwise_kernel'),
        bias: new Float32Array(outputs),
        activation: 'linear',
      };
      const pointwise: FloatLayer = {
        name,
        input: depthwise.name,
        kind: 'conv2d',
        filters,
        kernelSize: [1, 1],
        strides: [1, 1],
        padding: 'valid',
        kernel: weight(node, context, 'pointwise_kernel'),
        ...ending(node, config, filters, context),
      };
      return [depthwise, pointwise];
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const { pool_size: poolSize, ...config } = settingsOf(node, where, poolSchema);
      const kind = className === 'MaxPooling2D' ? 'maxPool' : 'averagePool';
      if (kind === 'maxPool') checkZerosLose(node, input, context);
      return [
        { ...base, kind, poolSize, ...placing({ ...config, strides: config.strides ?? poolSize }, input) },
      ];
    }
    case 'GlobalAveragePooling2D':
      settingsOf(node, where, formatSchema);
      return [{ ...base, kind: 'globalAveragePool' }];
    case 'GlobalMaxPooling2D':
      settingsOf(node, where, formatSchema);
      return [{ ...base, kind: 'globalMaxPool' }];
    case 'Flatten':
      settingsOf(node, where, formatSchema);
      return [{ ...base, kind: 'flatten' }];
    case 'Reshape': {
      const { target_shape: target } = settingsOf(node, where, reshapeSchema);
      if (target.length === 1) return [{ ...base, kind: 'flatten' }];
      const shape = reshaped(target, input.shape, context.hasSteps);
      if (shape?.join() !== input.shape.join()) throw unsupported(node, where);
      return [];
    }
    case 'Permute': {
      const { dims } = settingsOf(node, where, permuteSchema);
      // Axes that hold one value each may go anywhere.
      const sizes = dims.map((axis) => kerasSizes(input, context.hasSteps)[axis - 1] ?? 0);
      const moved = dims.filter((_, i) => sizes[i] !== 1);
      if (dims.length !== input.rank - 1 || moved.some((axis, i) => axis < (moved[i - 1] ?? 0))) {
        throw unsupported(node, where);
      }
      if (sizes.join() !== kerasSizes(input, context.hasSteps).join()) throw unsupported(node, where);
      return [];
    }
    case 'Add':
      return [{ name, inputs: inputs.map(({ layer }) => layer), kind: 'add' }];
    case 'Concatenate':
      checkChannels(node, settingsOf(node, where, concatSchema).axis, input, context);
      return [{ name, inputs: inputs.map(({ layer }) => layer), kind: 'concat' }];
    case 'BatchNormalization':
      return [batchNorm(node, base, input, context)];
    case 'ReLU': {
      const { max_value: most, negative_slope: slope } = settingsOf(node, where, reluSchema);
      if (slope) return [{ ...base, kind: 'activation', activation: { kind: 'leakyRelu', slope } }];
      if (most === null) return [{ ...base, kind: 'activation', activation: 'relu' }];
      const activation: Activation = most === 6 ? 'relu6' : { kind: 'clip', least: 0, most };
      return [{ ...base, kind: 'activation', activation }];
    }
    case 'LeakyReLU': {
      const slope = settingsOf(node, where, leakyReluSchema);
      return [{ ...base, kind: 'activation', activation: { kind: 'leakyRelu', slope } }];
    }
    case 'ELU': {
      const { alpha } = settingsOf(node, where, eluSchema);
      return [{ ...base, kind: 'activation', activation: { kind: 'elu', alpha, gamma: 1 } }];
    }
    case 'PReLU': {
      const slopes = [...weight(node, context, 'alpha')];
      // One for each channel, and not for each place.
      if (slopes.length !== input.shape[2]) throw unsupported(node, where);
      return [{ ...base, kind: 'activation', activation: { kind: 'prelu', slopes } }];
    }
    case 'Softmax':
      if (!context.isLast) throw unsupported(node, where);
      return [];
    case 'Activation': {
      const { activation } = settingsOf(node, where, activationSchema);
      return [{ ...base, kind: 'activation', activation: activationOf(node, activation, context) }];
    }
    default:
      throw unsupported(node, where);
  }
}

interface Placing {
  readonly strides: Pair;
  readonly padding: PaddingMode;
  readonly dilation_rate?: Pair | null | undefined;
}

type Placed = Omit<Placing, 'dilation_rate'> & { readonly dilations?: Pair };

/** Strides and dilations, and for padding the zeros around the input if there are any. */
function placing({ strides, padding, dilation_rate: dilations }: Placing, { zeros }: Tensor): Placed {
  const dilated = dilations?.some((apart) => apart > 1) === true ? { dilations } : {};
  return { strides, padding: zeros ?? padding, ...dilated };
}

/** How many channels a depthwise convolution makes, and the setting for it. */
function multiplying(
  { depth_multiplier: multiplier }: { readonly depth_multiplier?: number | null | undefined },
  { shape }: Tensor,
): { readonly outputs: number; readonly multiplied: { readonly multiplier?: number } } {
  const times = multiplier ?? 1;
  return { outputs: shape[2] * times, multiplied: times > 1 ? { multiplier: times } : {} };
}

interface Weighted {
  readonly use_bias: boolean;
  readonly activation?: string | null | undefined;
}

function ending(
  node: KerasNode,
  config: Weighted,
  outputs: number,
  context: Context,
): { readonly bias: Float32Array; readonly activation: Activation } {
  return {
    bias: config.use_bias ? weight(node, context, 'bias') : new Float32Array(outputs),
    activation: activationOf(node, config.activation ?? 'linear', context),
  };
}

function batchNorm(
  node: KerasNode,
  base: { readonly name: string; readonly input: string },
  input: Tensor,
  context: Context,
): FloatLayer {
  const { axis, epsilon, scale, center } = settingsOf(node, context.where, batchNormSchema);
  checkChannels(node, axis, input, context);
  const mean = weight(node, context, 'moving_mean');
  return {
    ...base,
    kind: 'batchNorm',
    gamma: scale ? weight(node, context, 'gamma') : mean.map(() => 1),
    beta: center ? weight(node, context, 'beta') : mean.map(() => 0),
    mean,
    variance: weight(node, context, 'moving_variance'),
    epsilon,
  };
}

/** The channels must be Keras' last axis, and ours: of Keras' [height, width] we make one channel. */
function checkChannels(node: KerasNode, axis: number, { rank }: Tensor, { where, hasSteps }: Context): void {
  if ((rank !== 3 || hasSteps) && (axis === -1 || axis === rank - 1)) return;
  throw new InputError(`the axis ${axis} of this ${node.className} layer is not that of the channels`, {
    where: `layer "${node.name}" of ${where}`,
    next: 'Use axis -1 on tensors of [height, width, channels] or [channels].',
  });
}

function checkZerosLose(node: KerasNode, { zeros, layer }: Tensor, { layers, where }: Context): void {
  if (zeros === null || zerosLose(zeros, layer, layers)) return;
  throw new InputError('zeros of a ZeroPadding2D layer would win over negative values in this max pool', {
    where: `layer "${node.name}" of ${where}`,
    next: 'Put a ReLU before the ZeroPadding2D layer, or use padding "same" in the pool instead of it.',
  });
}

function activationOf(node: KerasNode, name: string, context: Context): Activation {
  const where = `layer "${node.name}" of ${context.where}`;
  const activation =
    name.toLowerCase() === 'softmax' && context.isLast
      ? 'linear'
      : activationFromKeras(name, context.isKeras3);
  if (activation === undefined) {
    throw new InputError(`activation "${name}" of a ${node.className} layer is not supported here`, {
      where,
      next: 'Use relu, relu6, leaky_relu, elu, tanh, sigmoid, hard_sigmoid, swish, softplus, softsign or linear, and softmax only at the very end.',
    });
  }
  return activation;
}

const weight = (node: KerasNode, { weights, where }: Context, ...parts: readonly string[]): Float32Array =>
  weightOf(node, weights, where, ...parts).values;

export function unsupported(node: KerasNode, where: string): InputError {
  return new InputError(`a ${node.className} layer (or this use of one) is not supported`, {
    where: `layer "${node.name}" of ${where}`,
    next: `Build the model from ${SUPPORTED}.`,
  });
}
