import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';

/**
 * A trained network in floating point: named layers, each reading one earlier layer (or `INPUT`) by name. Weights
 * are in TensorFlow's order: dense kernels [inputs][units], convolution kernels [height][width][in][out].
 */
export interface FloatModel {
  readonly name: string;
  readonly input: FloatInput;
  readonly layers: readonly FloatLayer[];
  /** One per output value. */
  readonly labels: readonly string[];
}

/** The network sees `byte * scale + offset`. */
export interface FloatInput {
  /** [height, width, channels]. */
  readonly shape: Shape;
  readonly scale: number;
  readonly offset: number;
}

export type Activation = 'linear' | 'relu' | 'relu6';
export type PaddingMode = 'same' | 'valid';
/** [vertical, horizontal]. */
export type Pair = readonly [number, number];

interface LayerBase {
  readonly name: string;
  readonly input: string;
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

export interface GlobalAveragePoolLayer extends LayerBase {
  readonly kind: 'globalAveragePool';
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
}

export interface ActivationLayer extends LayerBase {
  readonly kind: 'activation';
  readonly activation: Activation;
}

export type FloatLayer =
  | DenseLayer
  | Conv2dLayer
  | PoolLayer
  | GlobalAveragePoolLayer
  | FlattenLayer
  | BatchNormLayer
  | ActivationLayer;

export const elements = (shape: Shape): number => shape[0] * shape[1] * shape[2];

/** Window steps along one axis and the padding before and after, as TensorFlow defines "same" and "valid". */
export function windowsAlong(
  size: number,
  window: number,
  stride: number,
  padding: PaddingMode,
): { readonly count: number; readonly before: number; readonly after: number } {
  if (padding === 'valid') return { count: Math.floor((size - window) / stride) + 1, before: 0, after: 0 };
  const count = Math.ceil(size / stride);
  const total = Math.max((count - 1) * stride + window - size, 0);
  const before = Math.floor(total / 2);
  return { count, before, after: total - before };
}

/** Output shape of `layer` on an input of `shape`. */
export function outputShape(layer: FloatLayer, shape: Shape): Shape {
  const windowed = (window: Pair, strides: Pair, padding: PaddingMode, channels: number): Shape => [
    windowsAlong(shape[0], window[0], strides[0], padding).count,
    windowsAlong(shape[1], window[1], strides[1], padding).count,
    channels,
  ];
  switch (layer.kind) {
    case 'dense':
      return [1, 1, layer.units];
    case 'conv2d':
      return windowed(layer.kernelSize, layer.strides, layer.padding, layer.filters);
    case 'maxPool':
    case 'averagePool':
      return windowed(layer.poolSize, layer.strides, layer.padding, shape[2]);
    case 'globalAveragePool':
      return [1, 1, shape[2]];
    case 'flatten':
      return [1, 1, elements(shape)];
    case 'batchNorm':
    case 'activation':
      return shape;
  }
}

/** The weight arrays of a layer with the number of values each must hold. */
function weightsOf(layer: FloatLayer, shape: Shape): readonly [string, Float32Array, number][] {
  switch (layer.kind) {
    case 'dense':
      return [
        ['kernel', layer.kernel, elements(shape) * layer.units],
        ['bias', layer.bias, layer.units],
      ];
    case 'conv2d':
      return [
        ['kernel', layer.kernel, layer.kernelSize[0] * layer.kernelSize[1] * shape[2] * layer.filters],
        ['bias', layer.bias, layer.filters],
      ];
    case 'batchNorm':
      return [
        ['gamma', layer.gamma, shape[2]],
        ['beta', layer.beta, shape[2]],
        ['mean', layer.mean, shape[2]],
        ['variance', layer.variance, shape[2]],
      ];
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'flatten':
    case 'activation':
      return [];
  }
}

/**
 * Checks the layers (`checkLayers`) and that there is one label per output. Returns the shape of every tensor.
 *
 * @throws InputError naming layer or model.
 */
export function checkFloatModel(model: FloatModel): ReadonlyMap<string, Shape> {
  const shapes = checkLayers(model);
  const outputs = outputCount(model, shapes);
  if (outputs !== model.labels.length) {
    throw new InputError(`${outputs} outputs but ${model.labels.length} labels`, {
      where: `model "${model.name}"`,
      next: 'Give one label per output.',
    });
  }
  return shapes;
}

/** Number of values of the last layer. */
export function outputCount(model: FloatModel, shapes: ReadonlyMap<string, Shape>): number {
  const last = model.layers.at(-1);
  const output = last === undefined ? undefined : shapes.get(last.name);
  if (output === undefined)
    throw new InputError('the model has no layers', { where: `model "${model.name}"` });
  return elements(output);
}

/**
 * Checks names, shapes and weights, and returns the shape of every tensor by the name of its layer.
 *
 * @throws InputError naming the layer: unknown input, repeated name, wrong number of weights, NaN or infinite
 * weights, a window that does not fit.
 */
export function checkLayers(model: FloatModel): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[INPUT, model.input.shape]]);
  for (const layer of model.layers) {
    const where = `layer "${layer.name}" of model "${model.name}"`;
    const shape = shapes.get(layer.input);
    if (shape === undefined) {
      throw new InputError(`it reads "${layer.input}", which is not an earlier layer`, { where });
    }
    if (shapes.has(layer.name)) throw new InputError('its name is used twice', { where });
    for (const [name, values, expected] of weightsOf(layer, shape)) {
      if (values.length !== expected) {
        throw new InputError(
          `${name} holds ${values.length} values, an input of ${shape.join(' x ')} needs ${expected}`,
          { where, next: 'Check the input shape of the model.' },
        );
      }
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new InputError(`${name}[${bad}] is ${values[bad] ?? NaN}`, {
          where,
          next: 'The training of this model diverged or its file is damaged: train or export it again.',
        });
      }
    }
    const negative = layer.kind === 'batchNorm' ? layer.variance.findIndex((value) => value < 0) : -1;
    if (layer.kind === 'batchNorm' && negative >= 0) {
      throw new InputError(`variance[${negative}] is negative: ${layer.variance[negative] ?? NaN}`, {
        where,
      });
    }
    const output = outputShape(layer, shape);
    if (output.some((size) => size < 1)) {
      throw new InputError(`its window does not fit an input of ${shape.join(' x ')}`, { where });
    }
    shapes.set(layer.name, output);
  }
  return shapes;
}
