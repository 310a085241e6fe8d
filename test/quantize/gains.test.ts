import { describe, expect, test } from 'vitest';
import type { FusedModel, FusedStage, FusedWeighted, Norm } from '../../toolkit/model/index.js';
import { evenStages, gainsOf, nextExponents, type EvenStage } from '../../toolkit/quantize/gains.js';
import type { Levels } from '../../toolkit/quantize/levels.js';
import { sparseSteps } from '../../toolkit/quantize/sparse-steps.js';
import {
  finishQuantized,
  quantizedSubject,
  startQuantized,
  type Quantization,
} from '../../toolkit/quantize/subjects.js';
import { powerOfTwo, successive } from '../../toolkit/quantize/quantizers/index.js';
import { steppedWeightLevels } from '../../toolkit/quantize/weight-levels.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { trainModel, type TrainOptions } from '../../toolkit/quantize/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { InputError } from '../../toolkit/errors.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { picture } from '../../toolkit/data/index.js';
import { rows } from '../support/rows.js';

const uniform: Levels = { count: 8, step: 0.5, zero: 0 };
const norm: Norm = {
  gamma: Float32Array.of(1, 2),
  beta: Float32Array.of(0.25, -0.5),
  mean: Float32Array.of(1, 0),
  variance: Float32Array.of(1, 4),
  epsilon: 0,
};

function dense(name: string, input: string, more: Partial<FusedWeighted> = {}): FusedStage {
  const kernel = uniformValues(2 * 32, 1, randomSource(5));
  const bias = new Float32Array(2);
  const shapes = { inputShape: [1, 1, 32], shape: [1, 1, 2] } as const;
  return {
    name,
    kind: 'dense',
    input,
    ...shapes,
    kernel,
    bias,
    norm,
    activation: 'relu',
    ...more,
  } as FusedStage;
}

const pool: FusedStage = {
  name: 'pool',
  kind: 'maxPool',
  input: 'first',
  inputShape: [1, 1, 2],
  shape: [1, 1, 2],
  window: [1, 1],
  stride: [1, 1],
  padding: { top: 0, right: 0, bottom: 0, left: 0 },
};

const networkOf = (...stages: FusedStage[]): FusedModel => ({
  name: 'some',
  input: { shape: [1, 1, 32], scale: 1 / 255, offset: 0 },
  stages,
  labels: ['a', 'b'],
});

describe('gains can be powers of two', () => {
  const found = (stages: FusedStage[], outputs: ReadonlyMap<string, Levels>, input: Levels = uniform) =>
    evenStages(networkOf(...stages), input, outputs).map(({ name }) => name);

  test('behind the picture and behind max pooling', () => {
    const outputs = new Map([
      ['first', uniform],
      ['second', { ...uniform, step: 0.25 }],
    ]);
    expect(
      evenStages(networkOf(dense('first', 'input'), pool, dense('second', 'pool')), uniform, outputs),
    ).toEqual([
      { name: 'first', epsilon: 0, reads: { levels: null, step: 0.5 } },
      { name: 'second', epsilon: 0, reads: { levels: 'first/levels', step: 0.5 } },
    ]);
  });

  test('but not without a norm that is learned, with a curve, or with uneven levels', () => {
    const outputs = new Map<string, Levels>([['one', uniform]]);
    const uneven: Levels = { values: [0, 1, 3] };
    expect(found([dense('one', 'input')], outputs)).toEqual(['one']);
    expect(found([dense('one', 'input', { norm: null })], outputs)).toEqual([]);
    expect(found([dense('one', 'input', { norm: { ...norm, fixed: true } })], outputs)).toEqual([]);
    expect(found([dense('one', 'input', { activation: 'tanh' })], outputs)).toEqual([]);
    expect(found([dense('one', 'input')], outputs, uneven)).toEqual([]);
    expect(found([dense('one', 'input')], new Map([['one', uneven]]))).toEqual([]);
    expect(found([dense('one', 'input')], new Map())).toEqual([]);
  });
});

describe('exponents', () => {
  const stage: EvenStage = { name: 'one', epsilon: 0, reads: { levels: null, step: 1 } };
  const parameters = (gamma: number[], exponents?: number[]) =>
    new Map([
      ['one/levels', Float32Array.of(0.5)],
      ['one/gamma', Float32Array.from(gamma)],
      ['one/variance', Float32Array.from(gamma, () => 4)],
      ...(exponents === undefined ? [] : [['one/exponents', Float32Array.from(exponents)] as const]),
    ]);

  test('are those of the power of two that is next in the logarithm, from 0 on', () => {
    // Spacings of 0.5 / (gamma / 2 * 0.125) = 8 / gamma.
    const spacings = [0.1, 1, 1.41, 1.42, 2.82, 2.83, 64];
    const found = nextExponents(stage, parameters(spacings.map((spacing) => 8 / spacing)), 0.125);
    expect([...found]).toEqual([0, 0, 0, 1, 1, 2, 6]);
  });

  test('stay until they are off by more than 0.6', () => {
    const next = (spacing: number) => nextExponents(stage, parameters([8 / spacing], [3]), 0.125)[0];
    expect([2 ** 2.41, 2 ** 2.39, 2 ** 3.59, 2 ** 3.61].map(next)).toEqual([3, 2, 3, 4]);
  });

  test('give gains: output step / (unit * 2^s)', () => {
    expect([...gainsOf(stage, parameters([1, 1], [0, 3]), 0.125)]).toEqual([4, 0.5]);
  });
});

describe('training with them', () => {
  const model = networkOf(
    dense('one', 'input'),
    dense('out', 'one', { norm: null, kernel: new Float32Array(4) }),
  );
  const quantization: Quantization = {
    input: uniform,
    outputs: new Map([['one', uniform]]),
    weightLevels: () => 5,
    shareWeightLevels: false,
    scheme: steppedWeightLevels,
    multiple: successive,
    zeros: 0.5,
    powerOfTwoGains: true,
    learnWeightLevels: true,
    learnActivationLevels: true,
    schedule: { snapEvery: 200, snapUntil: 0.1, holdFrom: 0.5, freezeFrom: 0.9 },
  };
  const subject = quantizedSubject(model, quantization);
  const start = startQuantized(model, quantization);
  const [step = NaN] = start.get('one/weightStep') ?? [];

  test('the forward pass has the gains that the exponents stand for', () => {
    const exponents = start.get('one/exponents') ?? new Float32Array();
    expect(exponents).toHaveLength(2);
    const { arrays, gains } = subject.deploy(start);
    expect([...arrays.keys()]).not.toContain('one/exponents');
    expect(gains?.get('out')).toBeUndefined();
    expect(gains?.get('one')).toEqual(exponents.map((s) => 0.5 / (step * 0.5 * 2 ** s)));
  });

  test('exponents follow gammas until they are held, and then what goes with them stays', () => {
    const smaller = new Map([...start, ['one/gamma', Float32Array.of(1 / 16, 1 / 4)] as const]);
    const before = start.get('one/exponents') ?? new Float32Array();
    expect([...before]).toEqual([0, 0]);
    const exponents = (done: number) => [
      ...(subject.beforeStep(smaller, 1, done).get('one/exponents') ?? []),
    ];
    expect([0.49, 0.5].map(exponents)).toEqual([
      [4, 3],
      [0, 0],
    ]);
    const [stage] = model.stages as [FusedStage];
    expect([0, 0.49, 0.5, 1].map((done) => subject.finishOf(stage, done)?.norm)).toEqual([
      'batch',
      'batch',
      'centred',
      'running',
    ]);
    expect(['one/gamma', 'one/levels'].map((name) => subject.rateFactor(name, 0.49) > 0)).toEqual([
      true,
      true,
    ]);
    expect(['one/gamma', 'one/levels'].map((name) => subject.rateFactor(name, 0.5))).toEqual([0, 0]);
    expect(['one/shift', 'one/kernel'].map((name) => subject.rateFactor(name, 0.5))).toEqual([1, 1]);
  });

  test('the step follows the weights, half of which are 0, until they are frozen', () => {
    const doubled = new Map([
      ...start,
      ['one/kernel', (start.get('one/kernel') ?? new Float32Array()).map((weight) => 2 * weight)] as const,
    ]);
    expect(subject.beforeStep(doubled, 1, 0.89).get('one/weightStep')).toEqual(Float32Array.of(2 * step));
    expect(subject.beforeStep(doubled, 1, 0.9).get('one/weightStep')).toEqual(Float32Array.of(step));
    expect(subject.rateFactor('one/weightStep', 0.2)).toBe(0);
    const kernel = subject.deploy(start).arrays.get('one/kernel') ?? new Float32Array();
    expect(kernel.filter((weight) => weight === 0)).toHaveLength(32);
    // Two products are too few to spare any.
    expect(subject.beforeStep(doubled, 1, 0.89).get('out/weightStep')).toEqual(start.get('out/weightStep'));
  });

  test('what is learned has these gains for scales, and the mean taken off', () => {
    const { stages } = finishQuantized(start, model, quantization);
    const gains = subject.deploy(start).gains?.get('one') ?? new Float32Array();
    expect(stages.get('one')?.scale).toEqual(gains);
    expect(stages.get('one')?.bias).toEqual(Float32Array.of(0.25 - (gains[0] ?? NaN), -0.5));
  });
});

test('a share of the weights is 0', () => {
  const weights = Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (i + 1));
  expect([...sparseSteps(0.4, successive)(weights, 5)]).toEqual([-160, -80, 0, 80, 160]);
  expect([...sparseSteps(0.4, powerOfTwo)(weights, 7)]).toEqual([-320, -160, -80, 0, 80, 160, 320]);
  expect([...sparseSteps(0.5, successive)(Float32Array.of(0, 0, 1), 5)]).toEqual([0]);
});

describe('from pictures to tables', () => {
  const data = { train: rows('rows:train', 960, 1), test: rows('rows:test', 200, 2) };
  const options: TrainOptions = {
    data,
    origin: { architecture: 'mobilenet' },
    name: 'rows',
    seed: 3,
    epochs: 2,
    activationLevels: 8,
    weightLevels: 5,
    weightScheme: 'steps',
    gains: 'powers-of-two',
    zeros: 0.4,
  };

  test('every threshold of a norm is a power of two from the next, and the tables label as the trainer does', async () => {
    const { model, quantizedAccuracy } = await trainModel(options);
    expect(model.provenance.schemes.weights).toBe(
      'steps, 5 levels, then learned, 40.00 % zeros, gains powers of two',
    );
    const network = tablize(model);
    const spacings = network.stages.flatMap((stage) =>
      'weights' in stage && stage.requantize?.kind === 'thresholds'
        ? stage.requantize.values.map((row) => row.slice(1).map((value, k) => value - (row[k] ?? 0)))
        : [],
    );
    expect(spacings.length).toBeGreaterThan(100);
    for (const row of spacings) {
      expect(new Set(row).size).toBe(1);
      expect(Math.log2(row[0] ?? NaN) % 1).toBe(0);
    }
    const { infer } = createInterpreter(network);
    const right = data.test.labels.filter((label, i) => infer(picture(data.test, i)).label === label).length;
    expect(Math.abs(right / 200 - quantizedAccuracy)).toBeLessThanOrEqual(0.01);
  });

  test.each([
    ['other weights', { weightScheme: 'k-means' }, 'weights by k-means are no multiples of one step'],
    [
      'uneven activations',
      { activationScheme: 'lloyd-max' },
      'activation levels by lloyd-max are not equally spaced',
    ],
    ['no share', { zeros: 1 }, 'zeros: 1 is not a share above 0 and below 1'],
    ['a share of all layers', { shareLevels: true }, 'a share of zeros is of each layer'],
    [
      'zeros of other weights',
      { gains: 'any', weightScheme: 'uniform' },
      'weights by uniform are no multiples',
    ],
  ] as const)('%s', async (_, more, message) => {
    await expect(trainModel({ ...options, ...more })).rejects.toThrow(InputError);
    await expect(trainModel({ ...options, ...more })).rejects.toThrow(message);
  });
});
