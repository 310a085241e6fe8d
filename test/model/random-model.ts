import {
  elements,
  inputsOf,
  outputShape,
  type ActivationName,
  type FloatLayer,
  type FloatModel,
  type PaddingMode,
  type Pair,
} from '../../toolkit/model/index.js';
import { INPUT, type Shape } from '../../toolkit/network/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';

const random = randomSource(5);
const values = (count: number, limit = 0.5): Float32Array => uniformValues(count, limit, random);

/**
 * One of each kind of layer: strided and padded convolution, with padding in numbers too, depthwise convolution, batch
 * norm, a residual and a side branch that join, all pools, all activations that TensorFlow.js has.
 */
export const everyLayer: FloatModel = {
  name: 'every-layer',
  input: { shape: [9, 8, 2], scale: 1 / 127.5, offset: -1 },
  labels: ['a', 'b', 'c'],
  layers: [
    {
      name: 'conv_a',
      input: 'input',
      kind: 'conv2d',
      filters: 4,
      kernelSize: [3, 2],
      strides: [1, 1],
      padding: 'same',
      kernel: values(3 * 2 * 2 * 4),
      bias: values(4),
      activation: 'linear',
    },
    {
      name: 'bn',
      input: 'conv_a',
      kind: 'batchNorm',
      gamma: values(4).map((value) => value + 1),
      beta: values(4),
      mean: values(4),
      variance: values(4, 0.4).map((value) => value + 0.5),
      epsilon: 1e-3,
    },
    { name: 'act', input: 'bn', kind: 'activation', activation: 'relu6' },
    { name: 'pool', input: 'act', kind: 'maxPool', poolSize: [2, 2], strides: [2, 2], padding: 'same' },
    {
      name: 'depth',
      input: 'pool',
      kind: 'depthwiseConv2d',
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'same',
      kernel: values(3 * 3 * 4),
      bias: values(4),
      activation: 'linear',
    },
    {
      name: 'depth_bn',
      input: 'depth',
      kind: 'batchNorm',
      gamma: values(4).map((value) => value + 1),
      beta: values(4),
      mean: values(4),
      variance: values(4, 0.4).map((value) => value + 0.5),
      epsilon: 1e-3,
    },
    { name: 'depth_act', input: 'depth_bn', kind: 'activation', activation: 'tanh' },
    { name: 'sum', inputs: ['pool', 'depth_act'], kind: 'add' },
    { name: 'sum_act', input: 'sum', kind: 'activation', activation: 'relu' },
    {
      name: 'side',
      input: 'pool',
      kind: 'conv2d',
      filters: 3,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'valid',
      kernel: values(4 * 3),
      bias: values(3),
      activation: 'sigmoid',
    },
    { name: 'joined', inputs: ['sum_act', 'side'], kind: 'concat' },
    {
      name: 'padded',
      input: 'joined',
      kind: 'depthwiseConv2d',
      kernelSize: [2, 2],
      strides: [1, 1],
      padding: { top: 0, right: 1, bottom: 1, left: 0 },
      kernel: values(2 * 2 * 7),
      bias: values(7),
      activation: 'hardSigmoid',
    },
    {
      name: 'conv_b',
      input: 'padded',
      kind: 'conv2d',
      filters: 5,
      kernelSize: [2, 2],
      strides: [2, 1],
      padding: 'valid',
      kernel: values(2 * 2 * 7 * 5),
      bias: values(5),
      activation: 'relu',
    },
    {
      name: 'mean',
      input: 'conv_b',
      kind: 'averagePool',
      poolSize: [2, 1],
      strides: [1, 1],
      padding: 'valid',
    },
    {
      name: 'conv_c',
      input: 'mean',
      kind: 'conv2d',
      filters: 6,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'valid',
      kernel: values(5 * 6),
      bias: values(6),
      activation: 'relu',
    },
    { name: 'global', input: 'conv_c', kind: 'globalAveragePool' },
    {
      name: 'logits',
      input: 'global',
      kind: 'dense',
      units: 3,
      kernel: values(6 * 3),
      bias: values(3),
      activation: 'linear',
    },
  ],
};

/** All that TensorFlow.js has. */
export const TFJS_ACTIVATIONS: readonly ActivationName[] = [
  'linear',
  'relu',
  'relu6',
  'tanh',
  'sigmoid',
  'hardSigmoid',
];

/**
 * A random network that can be fused and written for TensorFlow.js: up to five blocks, among them residuals and side
 * branches, windows of any padding, batch norm and activations, then a dense layer.
 */
export function randomModel(seed: number): FloatModel {
  const random = randomSource(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
  const values = (count: number): Float32Array => uniformValues(count, 0.5, random);
  const shape: Shape = [2 + below(6), 2 + below(6), 1 + below(3)];
  const layers: FloatLayer[] = [];
  const shapes = new Map<string, Shape>([[INPUT, shape]]);
  let current = INPUT;

  const of = (name: string): Shape => shapes.get(name) ?? shape;
  const fresh = (): string => `layer${layers.length + 1}`;
  const add = (layer: FloatLayer): string => {
    layers.push(layer);
    shapes.set(layer.name, outputShape(layer, inputsOf(layer).map(of)));
    return layer.name;
  };
  const activation = (): ActivationName => TFJS_ACTIVATIONS[below(TFJS_ACTIVATIONS.length)] ?? 'linear';
  const window = (input: string): Pair => {
    const [height, width] = of(input);
    return [1 + below(Math.min(height, 3)), 1 + below(Math.min(width, 3))];
  };
  const around = ([height, width]: Pair): PaddingMode => ({
    top: below(height),
    right: below(width),
    bottom: below(height),
    left: below(width),
  });
  const strides = (): Pair => [1 + below(2), 1 + below(2)];
  const normed = (input: string): string => {
    if (below(2) === 0) return input;
    const channels = of(input)[2];
    return add({
      name: fresh(),
      input,
      kind: 'batchNorm',
      gamma: values(channels).map((value) => value + 1),
      beta: values(channels),
      mean: values(channels),
      variance: values(channels).map((value) => value + 0.6),
      epsilon: 1e-3,
    });
  };
  const activated = (input: string): string =>
    below(2) === 0 ? input : add({ name: fresh(), input, kind: 'activation', activation: activation() });

  /** A convolution of either kind; one of the same size where a join needs that. */
  const convolution = (input: string, filters: number | null, sameSize: boolean): string => {
    const kernelSize = window(input);
    const channels = of(input)[2];
    const base = {
      name: fresh(),
      input,
      kernelSize,
      strides: sameSize ? ([1, 1] as const) : strides(),
      padding: sameSize ? 'same' : pick<PaddingMode>(['same', 'valid', around(kernelSize)]),
    } as const;
    const taps = kernelSize[0] * kernelSize[1] * channels;
    const inline = below(3) === 0;
    const ending = inline ? activation() : 'linear';
    const made = add(
      filters === null
        ? {
            ...base,
            kind: 'depthwiseConv2d',
            kernel: values(taps),
            bias: values(channels),
            activation: ending,
          }
        : {
            ...base,
            kind: 'conv2d',
            filters,
            kernel: values(taps * filters),
            bias: values(filters),
            activation: ending,
          },
    );
    return inline ? made : activated(normed(made));
  };
  const pool = (input: string): string => {
    const poolSize = window(input);
    const base = { name: fresh(), input, poolSize, strides: strides() };
    return add(
      below(2) === 0
        ? { ...base, kind: 'maxPool', padding: pick(['same', 'valid']) }
        : { ...base, kind: 'averagePool', padding: pick<PaddingMode>(['valid', around(poolSize)]) },
    );
  };
  const residual = (input: string): string => {
    const branch = convolution(input, pick([null, of(input)[2]]), true);
    return activated(add({ name: fresh(), inputs: [input, branch], kind: 'add' }));
  };
  const side = (input: string): string => {
    const inputs = [convolution(input, 1 + below(3), true), convolution(input, null, true)];
    return add({ name: fresh(), inputs, kind: 'concat' });
  };

  for (let blocks = below(6); blocks > 0; blocks--) {
    current = pick([
      () => convolution(current, 1 + below(4), false),
      () => convolution(current, null, false),
      () => pool(current),
      () => residual(current),
      () => side(current),
    ])();
  }
  const [height, width] = of(current);
  if (height * width > 1) {
    current = add({ name: fresh(), input: current, kind: pick(['flatten', 'globalAveragePool']) });
  }
  const kernel = values(of(current)[2] * 3);
  const logits = { name: fresh(), input: current, kind: 'dense', units: 3, kernel, bias: values(3) } as const;
  normed(add({ ...logits, activation: 'linear' }));
  return {
    name: `random-${seed}`,
    input: { shape, scale: 1 / 255, offset: 0 },
    layers,
    labels: ['a', 'b', 'c'],
  };
}

/** Values in [-1, 1) for a picture of a model. */
export const randomInput = (model: FloatModel, seed: number): Float32Array =>
  uniformValues(elements(model.input.shape), 1, randomSource(seed));

/** Values in [-1, 1) for one picture of `everyLayer`. */
export const everyLayerInput = (seed: number): Float32Array => randomInput(everyLayer, seed);
