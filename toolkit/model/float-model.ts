import { spread } from '../graph/index.js';
import { INPUT, type Shape } from '../network/index.js';
import type { Activation } from './activations.js';
import type { GivenLevels } from './given-levels.js';
import { windowCounts, type PaddingMode, type Pair } from './windows.js';

export type { Activation, ActivationName } from './activations.js';
export type { GivenLevels } from './given-levels.js';
export type { PaddingMode, Pair } from './windows.js';

/**
 * A trained network in floating point: named layers that read earlier layers (or `INPUT`) by name. Weights are in
 * TensorFlow's order: dense kernels [inputs][units], convolution kernels [height][width][in / groups][out], depthwise
 * ones [height][width][channels][multiplier].
 */
export interface FloatModel {
  readonly name: string;
  readonly input: FloatInput;
  readonly layers: readonly FloatLayer[];
  /** One per output value. */
  readonly labels: readonly string[];
  /** What the outputs are: one of them names a class (where it is left out), or all are values. */
  readonly task?: 'classify' | 'regress';
}

/** The network sees `byte * scale + offset`. */
export interface FloatInput {
  /** [height, width, channels]. */
  readonly shape: Shape;
  readonly scale: number;
  readonly offset: number;
  /** Levels that the picture was given in training, if any. */
  readonly levels?: GivenLevels;
}

interface LayerBase {
  readonly name: string;
  readonly input: string;
}

interface JoiningBase {
  readonly name: string;
  /** Two or more. */
  readonly inputs: readonly string[];
}

export interface DenseLayer extends LayerBase {
  readonly kind: 'dense';
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface Conv2dLayer extends LayerBase {
  readonly kind: 'conv2d';
  readonly filters: number;
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly padding: PaddingMode;
  /** Distance of neighbouring weights on the input; 1 where it is left out. */
  readonly dilations?: Pair;
  /** Filters in as many groups of equal size, each of which reads its own share of the channels; 1 where it is left out. */
  readonly groups?: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** `multiplier` filters per channel. */
export interface DepthwiseConv2dLayer extends LayerBase {
  readonly kind: 'depthwiseConv2d';
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly padding: PaddingMode;
  readonly dilations?: Pair;
  /** 1 where it is left out. */
  readonly multiplier?: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface PoolLayer extends LayerBase {
  readonly kind: 'maxPool' | 'averagePool';
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: PaddingMode;
}

export interface GlobalPoolLayer extends LayerBase {
  readonly kind: 'globalAveragePool' | 'globalMaxPool';
}

export interface FlattenLayer extends LayerBase {
  readonly kind: 'flatten';
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel. */
export interface BatchNormLayer extends LayerBase {
  readonly kind: 'batchNorm';
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  /** A scale and a shift and no more: mean and variance were never those of a batch. */
  readonly fixed?: true;
}

/** Every value to the nearest of the levels that the tensor was given in training. */
export interface QuantizeLayer extends LayerBase {
  readonly kind: 'quantize';
  readonly levels: GivenLevels;
}

export interface ActivationLayer extends LayerBase {
  readonly kind: 'activation';
  readonly activation: Activation;
}

/** The sum of tensors of one shape (residual connection). */
export interface AddLayer extends JoiningBase {
  readonly kind: 'add';
}

/** Channels of tensors of one height and width side by side. */
export interface ConcatLayer extends JoiningBase {
  readonly kind: 'concat';
}

export type FloatLayer =
  | DenseLayer
  | Conv2dLayer
  | DepthwiseConv2dLayer
  | AddLayer
  | ConcatLayer
  | PoolLayer
  | GlobalPoolLayer
  | FlattenLayer
  | BatchNormLayer
  | QuantizeLayer
  | ActivationLayer;

/** The tensors that a layer reads. */
export const inputsOf = (layer: {
  readonly input?: string;
  readonly inputs?: readonly string[];
}): readonly string[] => layer.inputs ?? [layer.input ?? INPUT];

export const elements = (shape: Shape): number => shape[0] * shape[1] * shape[2];

/** The part of its input that a layer's window covers, dilated as it is. */
export function windowOf(layer: Conv2dLayer | DepthwiseConv2dLayer | PoolLayer): Pair {
  if ('poolSize' in layer) return layer.poolSize;
  return spread(layer.kernelSize, layer.dilations ?? [1, 1]);
}

/** Output shape of `layer` on inputs of these shapes, of which all but a concatenation looks at the first. */
export function outputShape(layer: FloatLayer, shapes: readonly Shape[]): Shape {
  const shape = shapes[0] ?? [0, 0, 0];
  const windowed = (window: Pair, strides: Pair, padding: PaddingMode, channels: number): Shape => [
    ...windowCounts(shape, window, strides, padding),
    channels,
  ];
  switch (layer.kind) {
    case 'dense':
      return [1, 1, layer.units];
    case 'conv2d':
      return windowed(windowOf(layer), layer.strides, layer.padding, layer.filters);
    case 'depthwiseConv2d':
      return windowed(windowOf(layer), layer.strides, layer.padding, shape[2] * (layer.multiplier ?? 1));
    case 'concat':
      return [shape[0], shape[1], shapes.reduce((sum, [, , channels]) => sum + channels, 0)];
    case 'maxPool':
    case 'averagePool':
      return windowed(layer.poolSize, layer.strides, layer.padding, shape[2]);
    case 'globalAveragePool':
    case 'globalMaxPool':
      return [1, 1, shape[2]];
    case 'flatten':
      return [1, 1, elements(shape)];
    case 'add':
    case 'batchNorm':
    case 'activation':
    case 'quantize':
      return shape;
  }
}
