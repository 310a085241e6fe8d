import { expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { checkLayers } from '../../toolkit/model/check-layers.js';
import { MOST_WORK } from '../../toolkit/model/check-work.js';
import type { FloatModel } from '../../toolkit/model/float-model.js';

/** A small kernel on a picture of `size` x 2^15: 4 products a pixel. */
const model = (size: number): FloatModel => ({
  name: 'huge',
  input: { shape: [size, 2 ** 15, 1], scale: 1, offset: 0 },
  layers: [
    {
      kind: 'conv2d',
      name: 'wide',
      input: 'input',
      filters: 4,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'valid',
      kernel: new Float32Array(4),
      bias: new Float32Array(4),
      activation: 'linear',
    },
  ],
  labels: [],
});

test('a network may take as many products as the bound says', () => {
  expect(checkLayers(model(2 ** 16)).get('wide')).toEqual([2 ** 16, 2 ** 15, 4]);
  expect(4 * 2 ** 31).toBe(MOST_WORK);
});

test('one that takes more is refused with the name of its layer', () => {
  expect(() => checkLayers(model(2 ** 16 + 1))).toThrow(InputError);
  expect(() => checkLayers(model(2 ** 16 + 1))).toThrow(/more than 8589934592/);
});
