import type { FloatModel } from '../../toolkit/model/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';

const random = randomSource(5);
const values = (count: number, limit = 0.5): Float32Array => uniformValues(count, limit, random);

/** One of each kind of layer: strided and padded convolution, batch norm, all activations, all pools. */
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
      name: 'conv_b',
      input: 'pool',
      kind: 'conv2d',
      filters: 5,
      kernelSize: [2, 2],
      strides: [2, 1],
      padding: 'valid',
      kernel: values(2 * 2 * 4 * 5),
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

/** Values in [-1, 1) for one picture of `everyLayer`. */
export const everyLayerInput = (seed: number): Float32Array =>
  uniformValues(9 * 8 * 2, 1, randomSource(seed));
