import { expect, test } from 'vitest';
import { checkNetwork, createInterpreter, productForm } from '../../toolkit/network/index.js';
import { quantizedEvaluator, type QuantizedModel } from '../../toolkit/quantize/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { tablize } from '../../toolkit/tablize/index.js';

const random = randomSource(4);
const list = (count: number, make: () => number): number[] => Array.from({ length: count }, make);
const weightLevels = [-1.5, -0.5, 0, 0.5, 1.5];
const weights = (count: number): number[] => list(count, () => Math.floor(random() * 5));
const none = { top: 0, right: 0, bottom: 0, left: 0 };

/** Three stages that share their weight levels; steps and scales are different. */
const model: QuantizedModel = {
  format: 'tablize/quantized-model@1',
  name: 'shared',
  input: {
    shape: [4, 4, 1],
    levels: { count: 8, step: 0.25, zero: 0 },
    table: list(256, () => 0).map((_, byte) => byte >> 5),
  },
  stages: [
    {
      name: 'conv',
      kind: 'conv2d',
      input: 'input',
      kernel: [3, 3],
      stride: [1, 1],
      padding: none,
      weightLevels,
      weights: weights(9 * 3),
      scale: [0.5, 1, 0.25],
      bias: [0.5, -0.25, 0],
      activation: 'relu',
      levels: { count: 8, step: 0.125, zero: 0 },
    },
    {
      name: 'hidden',
      kind: 'dense',
      input: 'conv',
      weightLevels,
      weights: weights(12 * 5),
      scale: [1, 2, 0.5, 1, 0.25],
      bias: [0, 0.25, -0.5, 1, 0.125],
      levels: { count: 8, step: 0.5, zero: 3 },
    },
    {
      name: 'logits',
      kind: 'dense',
      input: 'hidden',
      weightLevels,
      weights: weights(5 * 3),
      bias: [0, 0.75, -0.75],
      levels: null,
    },
  ],
  labels: ['a', 'b', 'c'],
  provenance: {
    sourceHash: null,
    schemes: { activations: 'by hand', weights: 'by hand' },
    seed: null,
    floatAccuracy: null,
    testPictures: null,
    command: null,
  },
};

const pictures = Array.from({ length: 200 }, () =>
  Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)),
);

test('stages with the same weight levels share a product table for each zero of their inputs', () => {
  const network = checkNetwork(tablize(model), 'tablized');
  expect(network.stages.map((stage) => ('products' in stage ? stage.products : null))).toEqual([
    'shared',
    'shared',
    'shared-2',
  ]);
  const [first, second] = Object.values(network.products).map((table) => productForm(table));
  expect(first?.zero).toBe(0);
  expect(second?.zero).toBe(3);
  expect(second?.factors).toEqual(first?.factors);
});

test('and give the logits of the real network, in units of their own', () => {
  const network = tablize(model);
  const interpreter = createInterpreter(network);
  const real = quantizedEvaluator(model);
  const factor = productForm(network.products['shared-2'] ?? { activations: 0, weights: 0, values: [] })
    ?.factors[4];
  const unit = (1.5 * 0.5) / (factor ?? NaN);
  for (const picture of pictures) {
    const logits = Array.from(interpreter.infer(picture).logits, (logit) => logit * unit);
    // The unit is no binary fraction.
    const rounded = logits.map((logit) => Number(logit.toFixed(9)) + 0);
    expect(rounded).toEqual([...real(picture)]);
  }
});

test('one other weight level, a stage without scale or uneven input levels: a table each', () => {
  const [conv, hidden, logits] = model.stages;
  if (conv?.kind !== 'conv2d' || hidden?.kind !== 'dense' || logits === undefined) throw new Error('changed');
  const unscaled = { ...hidden, scale: undefined };
  const variants: QuantizedModel[] = [
    { ...model, stages: [conv, { ...hidden, weightLevels: [-1.5, -0.5, 0, 0.5, 1.25] }, logits] },
    { ...model, stages: [conv, unscaled, logits] },
    { ...model, stages: [{ ...conv, levels: { values: [0, 0.125, 0.5] } }, hidden, logits] },
  ];
  for (const variant of variants) {
    expect(Object.keys(checkNetwork(tablize(variant), 'tablized').products)).toEqual([
      'conv',
      'hidden',
      'logits',
    ]);
  }
});
