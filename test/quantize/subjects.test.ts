import { beforeAll, expect, test } from 'vitest';
import type { FusedModel } from '../../toolkit/model/index.js';
import { loadBackend } from '../../toolkit/quantize/backend.js';
import type { Subject } from '../../toolkit/quantize/optimize.js';
import { quantizedSubject } from '../../toolkit/quantize/subjects.js';
import { kMeansWeightLevels } from '../../toolkit/quantize/weight-levels.js';

const model: FusedModel = {
  name: 'one-layer',
  input: { shape: [1, 1, 3], scale: 1 / 255, offset: 0 },
  stages: [
    {
      name: 'out',
      kind: 'dense',
      input: 'input',
      inputShape: [1, 1, 3],
      shape: [1, 1, 2],
      kernel: new Float32Array(6),
      bias: new Float32Array(2),
      activation: 'linear',
    },
  ],
  labels: ['a', 'b'],
};
const parameters = new Map([
  ['out/kernel', Float32Array.of(-0.9, -1.2, 0.1, -0.2, 1.4, 2)],
  ['out/bias', Float32Array.of(1, 2)],
  ['out/levels', Float32Array.of(-1, 0, 1)],
]);

let subject: Subject;
beforeAll(async () => {
  const { tf } = await loadBackend();
  const quantization = { activationLevels: 4, weightLevels: 3, scheme: kMeansWeightLevels };
  subject = quantizedSubject(tf, model, quantization, new Map());
});

test('weights are deployed at their nearest level, biases as they are', () => {
  const { arrays } = subject.deploy(parameters);
  expect([...arrays.keys()]).toEqual(['out/kernel', 'out/bias']);
  expect([...(arrays.get('out/kernel') ?? [])]).toEqual([-1, -1, 0, 0, 1, 1]);
});

test('bytes are seen at the levels of the picture', () => {
  expect([0, 42, 43, 127, 128, 255].map((byte) => subject.inputValues[byte])).toEqual(
    [0, 0, 1 / 3, 1 / 3, 2 / 3, 1].map(Math.fround),
  );
});

test('gradients pass straight through; a level, but not 0, gets the sum of its weights, in the second half', () => {
  const { backward } = subject.deploy(parameters);
  const gradients = new Map([
    ['out/kernel', Float32Array.of(1, 2, 4, 8, 16, 32)],
    ['out/bias', Float32Array.of(1, 1)],
  ]);
  expect([...backward(gradients, 0.49).keys()]).toEqual(['out/kernel', 'out/bias']);
  const late = backward(gradients, 0.5);
  expect(late.get('out/kernel')).toEqual(gradients.get('out/kernel'));
  expect([...(late.get('out/levels') ?? [])]).toEqual([3, 0, 48]);
});

test('levels are clustered anew every 200 steps of the first half', () => {
  const levelsAfter = (step: number, done: number) => [
    ...(subject.beforeStep(parameters, step, done).get('out/levels') ?? []),
  ];
  expect(levelsAfter(199, 0.1)).toEqual([-1, 0, 1]);
  expect(levelsAfter(200, 0.5)).toEqual([-1, 0, 1]);
  const clustered = levelsAfter(200, 0.1);
  expect(clustered[0]).toBeCloseTo(-1.05, 5);
  expect(clustered[1]).toBe(0);
  expect(clustered[2]).toBeCloseTo(1.7, 5);
});
