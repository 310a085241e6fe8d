import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import type { Activation } from './activations.js';

export type { Activation } from './activations.js';

/**
 * A trained network in floating point: named layers that read earlier layers (or `INPUT`) by name. Weights are in
 * TensorFlow's order: dense kernels [inputs][units], convolution kernels [height][width][in][out], depthwise ones
 * [height][width][channels].
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

export type PaddingMode = 'same' | 'valid';
/** [vertical, horizontal]. */
export type Pair = readonly [number, number];

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
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** One filter per channel. */
export interface DepthwiseConv2dLayer extends LayerBase {
  readonly kind: 'depthwiseConv2d';
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
  | GlobalAveragePoolLayer
  | FlattenLayer
  | BatchNormLayer
  | ActivationLayer;

/** The tensors that a layer reads. */
export const inputsOf = (layer: {
  readonly input?: string;
  readonly inputs?: readonly string[];
}): readonly string[] => layer.inputs ?? [layer.input ?? INPUT];

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

/** Output shape of `layer` on inputs of these shapes, of which all but a concatenation looks at the first. */
export function outputShape(layer: FloatLayer, shapes: readonly Shape[]): Shape {
  const shape = shapes[0] ?? [0, 0, 0];
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
    case 'depthwiseConv2d':
      return windowed(layer.kernelSize, layer.strides, layer.padding, shape[2]);
    case 'concat':
      return [shape[0], shape[1], shapes.reduce((sum, [, , channels]) => sum + channels, 0)];
    case 'maxPool':
    case 'averagePool':
      return windowed(layer.poolSize, layer.strides, layer.padding, shape[2]);
    case 'globalAveragePool':
      return [1, 1, shape[2]];
    case 'flatten':
      return [1, 1, elements(shape)];
    case 'add':
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
    case 'depthwiseConv2d':
      return [
        ['kernel', layer.kernel, layer.kernelSize[0] * layer.kernelSize[1] * shape[2]],
        ['bias', layer.bias, shape[2]],
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
    case 'add':
    case 'concat':
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
    const inputs = inputsOf(layer).map((input): Shape => {
      const found = shapes.get(input);
      if (found === undefined) {
        throw new InputError(`it reads "${input}", which is not an earlier layer`, { where });
      }
      return found;
    });
    const shape = inputs[0] ?? model.input.shape;
    checkJoin(layer, inputs, where);
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
    const output = outputShape(layer, inputs);
    if (output.some((size) => size < 1)) {
      throw new InputError(`its window does not fit an input of ${shape.join(' x ')}`, { where });
    }
    shapes.set(layer.name, output);
  }
  return shapes;
}

/** What a layer joins must agree: wholly for a sum, in height and width for a concatenation. */
function checkJoin(layer: FloatLayer, inputs: readonly Shape[], where: string): void {
  if (layer.kind !== 'add' && layer.kind !== 'concat') return;
  const axes = layer.kind === 'add' ? 3 : 2;
  const [first, ...others] = inputs.map((shape) => shape.slice(0, axes).join(' x '));
  if (others.length === 0)
    throw new InputError(`it joins ${inputs.length} tensors; two are needed`, { where });
  const other = others.find((text) => text !== first);
  if (other === undefined) return;
  throw new InputError(`it joins tensors of different shapes: ${first ?? ''} and ${other}`, {
    where,
    next: 'Give the joined layers the same shape.',
  });
}
