import { describe, expect, test } from 'vitest';
import {
  evaluateFloat,
  evaluateFused,
  fuse,
  type Activation,
  type FloatLayer,
  type FloatModel,
} from '../../toolkit/model/index.js';
import type { Shape } from '../../toolkit/network/index.js';
import { everyLayer, everyLayerInput } from './random-model.js';
import { expectClose } from './tensorflow.js';

/** The values of the last layer for an input of this shape. */
function evaluate(
  shape: Shape,
  input: readonly number[],
  layers: readonly FloatLayer[],
  outputs: number,
): number[] {
  const labels = Array.from({ length: outputs }, (_, i) => `label ${i}`);
  const model: FloatModel = { name: 'hand', input: { shape, scale: 1, offset: 0 }, layers, labels };
  return [...evaluateFloat(model, Float32Array.from(input))];
}

const one = { strides: [1, 1], padding: 'valid', activation: 'linear' } as const;

describe('by hand', () => {
  test('depthwise: each channel has its own filter', () => {
    const kernel = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
    const layer = { name: 'dw', input: 'input', kind: 'depthwiseConv2d', kernelSize: [2, 2] } as const;
    const bias = Float32Array.of(0.5, -1);
    // Channel 0 is 1, 2, 3, 4 and channel 1 is 1, 0, 0, -1.
    const input = [1, 1, 2, 0, 3, 0, 4, -1];
    expect(evaluate([2, 2, 2], input, [{ ...layer, ...one, kernel, bias }], 2)).toEqual([30.5, -31]);
  });

  test('depthwise with stride 2 and zeros below and on the right', () => {
    const layer = { name: 'dw', input: 'input', kind: 'depthwiseConv2d', kernelSize: [2, 2] } as const;
    const padding = { top: 0, right: 1, bottom: 1, left: 0 };
    const weights = { kernel: Float32Array.of(1, 10, 100, 1000), bias: new Float32Array(1) };
    expect(
      evaluate(
        [3, 3, 1],
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        [{ ...layer, ...one, ...weights, strides: [2, 2], padding }],
        4,
      ),
    ).toEqual([5421, 603, 87, 9]);
  });

  test('a convolution with zeros above and on the left', () => {
    const layer = { name: 'conv', input: 'input', kind: 'conv2d', filters: 1, kernelSize: [2, 2] } as const;
    const padding = { top: 1, right: 0, bottom: 0, left: 1 };
    const weights = { kernel: Float32Array.of(1, 10, 100, 1000), bias: Float32Array.of(1) };
    expect(evaluate([1, 2, 1], [3, 4], [{ ...layer, ...one, ...weights, padding }], 2)).toEqual([3001, 4301]);
  });

  test('a sum of three, then an activation', () => {
    const relu: FloatLayer = { name: 'relu', input: 'sum', kind: 'activation', activation: 'relu' };
    const layers: FloatLayer[] = [
      { name: 'sum', inputs: ['input', 'input', 'input'], kind: 'add' },
      relu,
      { name: 'mean', input: 'relu', kind: 'globalAveragePool' },
    ];
    expect(evaluate([2, 1, 2], [1, -1, -2, 5], layers, 2)).toEqual([1.5, 7.5]);
  });

  test('channels side by side, in the order of the inputs', () => {
    const layers: FloatLayer[] = [
      { name: 'pool', input: 'input', kind: 'maxPool', poolSize: [1, 1], ...one },
      {
        name: 'conv',
        input: 'input',
        kind: 'conv2d',
        filters: 1,
        kernelSize: [1, 1],
        ...one,
        kernel: Float32Array.of(1, 1),
        bias: Float32Array.of(100),
      },
      { name: 'both', inputs: ['conv', 'pool', 'input'], kind: 'concat' },
      { name: 'last', input: 'both', kind: 'averagePool', poolSize: [1, 1], ...one },
    ];
    expect(evaluate([2, 1, 2], [1, 2, 3, 4], layers, 10)).toEqual([103, 1, 2, 1, 2, 107, 3, 4, 3, 4]);
  });

  test('a max pool never takes padding, an average pool counts it', () => {
    const base = { name: 'pool', input: 'input', poolSize: [2, 2], strides: [2, 2] } as const;
    const padding = { top: 1, right: 0, bottom: 1, left: 0 };
    const mean: FloatLayer = { name: 'mean', input: 'pool', kind: 'globalAveragePool' };
    const input = [-1, -2, -3, -4];
    expect(evaluate([2, 2, 1], input, [{ ...base, kind: 'maxPool', padding }, mean], 1)).toEqual([-2]);
    expect(evaluate([2, 2, 1], input, [{ ...base, kind: 'averagePool', padding }], 2)).toEqual([
      -0.75, -1.75,
    ]);
  });

  test.each<[Activation, readonly number[]]>([
    ['linear', [-9, 0.5, 9]],
    ['relu', [0, 0.5, 9]],
    ['relu6', [0, 0.5, 6]],
    ['tanh', [Math.tanh(-9), Math.tanh(0.5), Math.tanh(9)]],
    ['sigmoid', [1 / (1 + Math.exp(9)), 1 / (1 + Math.exp(-0.5)), 1 / (1 + Math.exp(-9))]],
    ['hardTanh', [-1, 0.5, 1]],
    ['hardSigmoid', [0, 0.6, 1]],
  ])('%s at the end of a dense layer, after batch norm, and of its own', (activation, expected) => {
    const identity = {
      units: 3,
      kernel: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      bias: new Float32Array(3),
    };
    const dense = { ...identity, kind: 'dense' } as const;
    const gamma = Float32Array.of(1, 1, 1);
    const still = {
      gamma,
      beta: new Float32Array(3),
      mean: new Float32Array(3),
      variance: gamma,
      epsilon: 0,
    };
    const logits: FloatLayer = { ...dense, name: 'logits', input: 'act', activation: 'linear' };
    const inline: FloatLayer[] = [{ ...dense, name: 'act', input: 'input', activation }, logits];
    const apart: FloatLayer[] = [
      { ...dense, name: 'first', input: 'input', activation: 'linear' },
      { ...still, name: 'norm', input: 'first', kind: 'batchNorm' },
      { name: 'act', input: 'norm', kind: 'activation', activation },
      logits,
    ];
    for (const layers of [inline, apart]) {
      expectClose(evaluate([1, 1, 3], [-9, 0.5, 9], layers, 3), expected, 1e-6);
    }
  });
});

test('a hook sees every stage, and what it returns is passed on', () => {
  const fused = fuse(everyLayer);
  const seen: string[] = [];
  const logits = evaluateFused(fused, everyLayerInput(1), (stage, output) => {
    seen.push(stage.name);
    expect(output).toHaveLength(stage.shape[0] * stage.shape[1] * stage.shape[2]);
    return stage.name === 'global' ? output.map(() => 0) : output;
  });
  expect(seen).toEqual(fused.stages.map(({ name }) => name));
  const last = fused.stages.at(-1);
  expect(logits).toEqual(last !== undefined && 'bias' in last ? last.bias : null);
});
