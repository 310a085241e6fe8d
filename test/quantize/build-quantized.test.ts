import { expect, test } from 'vitest';
import { fuse, type FloatModel } from '../../toolkit/model/index.js';
import { buildQuantized, inputLevels } from '../../toolkit/quantize/build-quantized.js';
import { parseQuantized, serializeQuantized } from '../../toolkit/quantize/index.js';

const model: FloatModel = {
  name: 'one-layer',
  input: { shape: [1, 1, 1], scale: 1 / 255, offset: 0 },
  layers: [
    {
      name: 'out',
      input: 'input',
      kind: 'dense',
      units: 1,
      kernel: Float32Array.of(1),
      bias: Float32Array.of(0),
      activation: 'linear',
    },
  ],
  labels: ['a'],
};
const stage = {
  weights: Float32Array.of(1),
  weightLevels: Float32Array.of(0, 1),
  scale: null,
  bias: Float32Array.of(0),
};
const provenance = {
  sourceHash: null,
  schemes: { activations: 'by hand', weights: 'by hand' },
  seed: null,
  floatAccuracy: null,
  testPictures: null,
  command: null,
};

test('levels that are one in seven digits are one, and what is written can be read', () => {
  const values = [0, 0.12345671, 0.12345674, 1];
  const quantized = buildQuantized(fuse(model), { values }, new Map([['out', stage]]), new Map(), provenance);
  expect(quantized.input.levels).toEqual({ values: [0, 0.1234567, 1] });
  expect(new Set(quantized.input.table)).toEqual(new Set([0, 1, 2]));
  expect(parseQuantized(serializeQuantized(quantized), 'here')).toEqual(quantized);
});

test('equally spaced levels keep the table of the bytes', () => {
  const levels = inputLevels(fuse(model), 4);
  const { input } = buildQuantized(fuse(model), levels, new Map([['out', stage]]), new Map(), provenance);
  expect(input.levels).toEqual({ count: 4, step: 0.3333333, zero: 0 });
  expect([0, 42, 43, 127, 128, 212, 213, 255].map((byte) => input.table[byte])).toEqual([
    0, 0, 1, 1, 2, 2, 3, 3,
  ]);
});
