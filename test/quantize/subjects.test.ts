import { expect, test } from 'vitest';
import type { FusedModel } from '../../toolkit/model/index.js';
import { inputLevels } from '../../toolkit/quantize/build-quantized.js';
import { adamStep, newTrainee, type Parameters } from '../../toolkit/quantize/adam.js';
import { asMultiples } from '../../toolkit/quantize/levels.js';
import type { Subject } from '../../toolkit/quantize/optimize.js';
import {
  finishQuantized,
  quantizedSubject,
  startQuantized,
  type Quantization,
} from '../../toolkit/quantize/subjects.js';
import { powerOfTwo, successive } from '../../toolkit/quantize/quantizers/index.js';
import {
  kMeansWeightLevels,
  powerWeightLevels,
  steppedWeightLevels,
} from '../../toolkit/quantize/weight-levels.js';

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
      norm: null,
      activation: 'linear',
    },
  ],
  labels: ['a', 'b'],
};
const parameters = new Map([
  ['out/kernel', Float32Array.of(-0.9, -1.2, 0.1, -0.2, 1.4, 2)],
  ['out/shift', Float32Array.of(1, 2)],
  ['out/weightLevels', Float32Array.of(-1, 0, 1)],
]);

const quantization: Quantization = {
  input: inputLevels(model, 4),
  outputs: new Map(),
  weightLevels: () => 3,
  shareWeightLevels: false,
  scheme: kMeansWeightLevels,
  multiple: null,
  learnWeightLevels: true,
  learnActivationLevels: true,
  schedule: { snapEvery: 200, snapUntil: 0.5, holdFrom: 0.6, freezeFrom: 0.8 },
};
const subject: Subject = quantizedSubject(model, quantization);

test('weights are deployed at their nearest level, biases as they are', () => {
  const { arrays } = subject.deploy(parameters);
  expect([...arrays.keys()]).toEqual(['out/kernel', 'out/shift']);
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
    ['out/shift', Float32Array.of(1, 1)],
  ]);
  expect([...backward(gradients, 0.49).keys()]).toEqual(['out/kernel', 'out/shift']);
  const late = backward(gradients, 0.5);
  expect(late.get('out/kernel')).toEqual(gradients.get('out/kernel'));
  expect([...(late.get('out/weightLevels') ?? [])]).toEqual([3, 0, 48]);
});

test('levels are clustered anew every 200 steps of the first half', () => {
  const levelsAfter = (step: number, done: number) => [
    ...(subject.beforeStep(parameters, step, done).get('out/weightLevels') ?? []),
  ];
  expect(levelsAfter(199, 0.1)).toEqual([-1, 0, 1]);
  expect(levelsAfter(200, 0.5)).toEqual([-1, 0, 1]);
  const clustered = levelsAfter(200, 0.1);
  expect(clustered[0]).toBeCloseTo(-1.05, 5);
  expect(clustered[1]).toBe(0);
  expect(clustered[2]).toBeCloseTo(1.7, 5);
});

test('from the freeze on weights stay, levels and biases still learn', () => {
  expect([0.79, 0.8].map((done) => subject.rateFactor('out/kernel', done))).toEqual([1, 0]);
  const levelRate = subject.rateFactor('out/weightLevels', 0.9);
  expect(levelRate).toBeGreaterThan(0);
  expect(levelRate).toBeLessThan(1);
  expect(subject.rateFactor('out/shift', 0.9)).toBe(1);
});

test('a step is not learned down to 0, and steps and levels that are small change slowly', () => {
  const steps = quantizedSubject(model, {
    ...quantization,
    outputs: new Map([
      ['coarse', { count: 8, step: 0.5, zero: 0 }],
      ['fine', { count: 256, step: 0.005, zero: 0 }],
      ['uneven', { values: [0, 0.005, 0.015, 0.02] }],
    ]),
  });
  const [rate = 0, slow = 0, slower = 0] = ['coarse', 'uneven', 'fine'].map((name) =>
    steps.rateFactor(`${name}/levels`, 0),
  );
  expect(rate).toBe(subject.rateFactor('out/weightLevels', 0));
  expect(slow).toBeCloseTo((rate * 0.02) / 3 / 0.05, 9);
  expect(slower).toBeCloseTo(rate / 10, 9);
  const learned = new Map([...parameters, ['coarse/levels', Float32Array.of(-1)]] as const);
  expect(steps.beforeStep(learned, 1, 0.9).get('coarse/levels')).toEqual(Float32Array.of(0.0625));
});

/** The same layer with levels k * step, k = -2 .. 2. */
const stepped: Quantization = {
  ...quantization,
  weightLevels: () => 5,
  scheme: steppedWeightLevels,
  multiple: successive,
};
const kernel = Float32Array.of(-0.9, -1.2, 0.1, -0.2, 1.4, 2.5);

test('of equal steps the step is learned: by the rounding error inside the range, by what is cut off beyond', () => {
  const { deploy } = quantizedSubject(model, stepped);
  const { arrays, backward } = deploy(
    new Map([
      ['out/kernel', kernel],
      ['out/shift', Float32Array.of(1, 2)],
      ['out/weightStep', Float32Array.of(1)],
    ]),
  );
  expect([...arrays.keys()]).toEqual(['out/kernel', 'out/shift']);
  expect([...(arrays.get('out/kernel') ?? [])]).toEqual([-1, -1, 0, 0, 1, 2]);
  const gradients = new Map([['out/kernel', Float32Array.of(1, 2, 4, 8, 16, 32)]]);
  expect([...backward(gradients, 0.49).keys()]).toEqual(['out/kernel']);
  const step = backward(gradients, 0.5).get('out/weightStep') ?? [];
  // -0.1 * 1 + 0.2 * 2 - 0.1 * 4 + 0.2 * 8 - 0.4 * 16 + 2 * 32
  expect(step).toHaveLength(1);
  expect(step[0]).toBeCloseTo(59.1, 4);
});

test('of powers of two the step is learned in the same way, with their own multiples', () => {
  const powers = { ...stepped, weightLevels: () => 7, scheme: powerWeightLevels, multiple: powerOfTwo };
  const { deploy } = quantizedSubject(model, powers);
  const { arrays, backward } = deploy(
    new Map([
      ['out/kernel', Float32Array.of(-2.9, -3.5, 0.25, 1.75, 3.25, 6)],
      ['out/shift', Float32Array.of(1, 2)],
      ['out/weightStep', Float32Array.of(1)],
    ]),
  );
  expect([...(arrays.get('out/kernel') ?? [])]).toEqual([-2, -4, 0, 2, 4, 4]);
  const gradients = new Map([['out/kernel', Float32Array.of(0, 1, 2, 4, 8, 16)]]);
  // -0.5 * 1 - 0.25 * 2 + 0.25 * 4 + 0.75 * 8 + 4 * 16
  expect(backward(gradients, 0.5).get('out/weightStep')).toEqual(Float32Array.of(70));
});

test('of equal steps that all layers share, the step gets the sum over all weights', () => {
  const [stage] = model.stages;
  const twice: FusedModel = {
    ...model,
    stages: ['one', 'two'].map((name) => ({ ...stage, name }) as FusedModel['stages'][number]),
  };
  const shared = quantizedSubject(twice, { ...stepped, shareWeightLevels: true });
  const { backward } = shared.deploy(
    new Map([
      ['one/kernel', kernel],
      ['two/kernel', kernel],
      ['shared/weightStep', Float32Array.of(1)],
    ]),
  );
  const gradient = Float32Array.of(0, 0, 0, 0, 0, 3);
  const gradients = new Map([
    ['one/kernel', gradient],
    ['two/kernel', gradient],
  ]);
  expect(backward(gradients, 1).get('shared/weightStep')).toEqual(Float32Array.of(12));
});

test.each([
  ['equal steps', 3, [1]],
  ['equal steps', 5, [1, 2]],
  ['equal steps', 7, [1, 2, 3]],
  ['equal steps', 15, [1, 2, 3, 4, 5, 6, 7]],
  ['powers of two', 3, [1]],
  ['powers of two', 5, [1, 2]],
  ['powers of two', 7, [1, 2, 4]],
  ['powers of two', 9, [1, 2, 4, 8]],
] as const)(
  'levels that are %s, %i of them, stay multiples of one step in training, and are what was learned',
  (kind, count, above) => {
    const powers = { scheme: powerWeightLevels, multiple: powerOfTwo };
    const own = { ...stepped, ...(kind === 'equal steps' ? {} : powers), weightLevels: () => count };
    const learner = quantizedSubject(
      { ...model, stages: model.stages.map((stage) => ({ ...stage, kernel })) },
      own,
    );
    const start = startQuantized(learner.model, own);
    const first = start.get('out/weightStep')?.[0] ?? NaN;
    let trainee = newTrainee(start);
    for (let step = 0; step < 50; step++) {
      const parameters: Parameters = learner.beforeStep(trainee.parameters, step, 0.6);
      const { arrays, backward } = learner.deploy(parameters);
      // As if all weights were wanted half as large.
      const away = (arrays.get('out/kernel') ?? kernel).map((weight, i) => weight - (kernel[i] ?? 0) / 2);
      const gradients = backward(new Map([['out/kernel', away]]), 0.6);
      trainee = adamStep(
        { ...trainee, parameters },
        gradients,
        (name) => learner.rateFactor(name, 0.6) * 0.1,
      );
    }
    const { weightLevels = Float32Array.of() } =
      finishQuantized(trainee.parameters, learner.model, own).stages.get('out') ?? {};
    const half = (count - 1) / 2;
    const learned = weightLevels[half + 1] ?? NaN;
    const multiples = [...above.map((multiple) => -multiple).reverse(), 0, ...above];
    expect(weightLevels).toEqual(Float32Array.from(multiples, (multiple) => multiple * learned));
    expect(learned).toBeLessThan(first);
    const found = asMultiples([...weightLevels]);
    expect(found?.multiples).toEqual(multiples);
    expect(found?.step).toBeCloseTo(learned, 6);
  },
);

test('a step of weights is found anew in the first half, not learned down to 0, and slowly if it is small', () => {
  const small = model.stages.map((stage) => ({ ...stage, kernel: kernel.map((weight) => weight / 100) }));
  const learner = quantizedSubject({ ...model, stages: small }, stepped);
  const found = learner.beforeStep(
    new Map([
      ['out/kernel', Float32Array.of(-2, -1, 0, 1, 2, 2)],
      ['out/weightStep', Float32Array.of(7)],
    ]),
    200,
    0.1,
  );
  expect(found.get('out/weightStep')).toEqual(Float32Array.of(1));
  const started = startQuantized(learner.model, stepped).get('out/weightStep')?.[0] ?? NaN;
  const learned = learner.beforeStep(new Map([['out/weightStep', Float32Array.of(-1)]]), 1, 0.9);
  expect(learned.get('out/weightStep')?.[0]).toBe(Math.fround(started / 8));
  expect(learner.rateFactor('out/weightStep', 0.9)).toBeCloseTo(
    (subject.rateFactor('out/weightLevels', 0.9) * started) / 0.05,
    9,
  );
});
