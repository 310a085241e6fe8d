import type { FloatLayer, FloatModel } from '../../toolkit/model/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';

/**
 * An untrained network of every kind of layer and activation for the pictures of `rows`: a residual, a side branch, both
 * kinds of convolution, batch norm after both and after a dense layer, both pools.
 */
export function everyLayerForRows(seed: number): FloatModel {
  const random = randomSource(seed);
  const kernel = (inputs: number, count: number): Float32Array =>
    uniformValues(count, Math.sqrt(3 / inputs), random);
  const zeros = (count: number): Float32Array => new Float32Array(count);
  const ones = (count: number): Float32Array => zeros(count).fill(1);
  const norm = (name: string, input: string, channels: number): FloatLayer => ({
    name,
    input,
    kind: 'batchNorm',
    gamma: ones(channels),
    beta: zeros(channels),
    mean: zeros(channels),
    variance: ones(channels),
    epsilon: 1e-3,
  });
  const same = { kernelSize: [3, 3], strides: [1, 1], padding: 'same', activation: 'linear' } as const;
  const layers: readonly FloatLayer[] = [
    {
      name: 'conv',
      input: 'input',
      kind: 'conv2d',
      filters: 6,
      ...same,
      kernel: kernel(9, 54),
      bias: zeros(6),
    },
    norm('conv_bn', 'conv', 6),
    { name: 'conv_act', input: 'conv_bn', kind: 'activation', activation: 'relu' },
    {
      name: 'depth',
      input: 'conv_act',
      kind: 'depthwiseConv2d',
      ...same,
      kernel: kernel(9, 54),
      bias: zeros(6),
    },
    norm('depth_bn', 'depth', 6),
    { name: 'depth_act', input: 'depth_bn', kind: 'activation', activation: 'tanh' },
    { name: 'sum', inputs: ['conv_act', 'depth_act'], kind: 'add' },
    { name: 'sum_act', input: 'sum', kind: 'activation', activation: 'relu6' },
    {
      name: 'side',
      input: 'conv_act',
      kind: 'conv2d',
      filters: 3,
      ...same,
      kernelSize: [1, 1],
      kernel: kernel(6, 18),
      bias: zeros(3),
      activation: 'sigmoid',
    },
    { name: 'joined', inputs: ['sum_act', 'side'], kind: 'concat' },
    { name: 'most', input: 'joined', kind: 'maxPool', poolSize: [1, 2], strides: [1, 2], padding: 'valid' },
    {
      name: 'narrow',
      input: 'most',
      kind: 'conv2d',
      filters: 5,
      ...same,
      strides: [2, 1],
      kernel: kernel(81, 405),
      bias: zeros(5),
      activation: 'hardSigmoid',
    },
    {
      name: 'mean',
      input: 'narrow',
      kind: 'averagePool',
      poolSize: [1, 3],
      strides: [1, 1],
      padding: 'valid',
    },
    { name: 'flat', input: 'mean', kind: 'flatten' },
    {
      name: 'hidden',
      input: 'flat',
      kind: 'dense',
      units: 12,
      kernel: kernel(25, 300),
      bias: zeros(12),
      activation: 'linear',
    },
    norm('hidden_bn', 'hidden', 12),
    { name: 'hidden_act', input: 'hidden_bn', kind: 'activation', activation: 'hardTanh' },
    {
      name: 'logits',
      input: 'hidden_act',
      kind: 'dense',
      units: 3,
      kernel: kernel(12, 36),
      bias: zeros(3),
      activation: 'linear',
    },
  ];
  const input = { shape: [9, 6, 1], scale: 1 / 255, offset: 0 } as const;
  return { name: 'every-layer', input, layers, labels: ['top', 'middle', 'bottom'] };
}
