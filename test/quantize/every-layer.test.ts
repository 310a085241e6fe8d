import { beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { picture } from '../../toolkit/data/index.js';
import { InterruptedError } from '../../toolkit/errors.js';
import { fuse, type FloatModel } from '../../toolkit/model/index.js';
import { firstLargest, productForm } from '../../toolkit/network/index.js';
import { newTrainee, type Trainee } from '../../toolkit/quantize/adam.js';
import {
  loadBackend,
  parseQuantized,
  quantizedEvaluator,
  serializeQuantized,
  trainModel,
  type TrainOptions,
} from '../../toolkit/quantize/index.js';
import { accuracyOf, measureNorms, predict, trainEpoch } from '../../toolkit/quantize/optimize.js';
import { floatSubject, weightParameters } from '../../toolkit/quantize/subjects.js';
import { oneHot } from '../../toolkit/quantize/targets.js';
import { withWeights } from '../../toolkit/quantize/with-weights.js';
import { tableAccuracy, tablize } from '../../toolkit/tablize/index.js';
import { rows } from '../support/rows.js';
import { everyLayerForRows } from '../support/rows-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const data = { train: rows('rows:train', 960, 1), test: rows('rows:test', 200, 2) };
const EPOCHS = 4;

/** The network trained in floating point, and the weights before its norms are measured. */
async function trainFloat(
  seed: number,
): Promise<{ readonly last: Trainee; readonly model: FloatModel; readonly accuracy: number }> {
  const start = everyLayerForRows(1);
  const subject = floatSubject(fuse(start));
  const { tf } = await loadBackend();
  const course = {
    data: data.train,
    targets: oneHot(data.train),
    epochs: EPOCHS,
    batchSize: 32,
    rate: 0.01,
    shift: 0,
    seed,
  };
  let last = newTrainee(weightParameters(subject.model));
  for (let epoch = 0; epoch < EPOCHS; epoch++) last = await trainEpoch(tf, subject, course, last, epoch);
  const parameters = measureNorms(tf, subject, last.parameters, course, 30);
  const accuracy = accuracyOf(predict(tf, subject, parameters, data.test), data.test);
  return { last, model: withWeights(start, parameters), accuracy };
}

let float: Awaited<ReturnType<typeof trainFloat>>;
beforeAll(async () => {
  float = await trainFloat(1);
});

describe('a network of every kind of layer and activation', () => {
  test('learns in floating point: every parameter moves, and the rows are told apart', () => {
    expect(float.accuracy).toBeGreaterThan(0.9);
    const before = weightParameters(fuse(everyLayerForRows(1)));
    for (const [name, values] of float.last.parameters) {
      expect(
        values.every((value) => Number.isFinite(value)),
        name,
      ).toBe(true);
      expect(
        values.some((value, i) => value !== before.get(name)?.[i]),
        name,
      ).toBe(true);
    }
  });

  test('weights that the last step of an epoch made infinite stop the training before they are saved', async () => {
    const { tf } = await loadBackend();
    const subject = floatSubject(fuse(everyLayerForRows(1)));
    const targets = oneHot(data.train);
    const course = { data: data.train, targets, epochs: 1, batchSize: 960, rate: 1e39, shift: 0, seed: 1 };
    const start = newTrainee(weightParameters(subject.model));
    await expect(trainEpoch(tf, subject, course, start, 0)).rejects.toThrow(
      'diverged: its loss is not a number after step 1 of 1',
    );
  });

  test('learns the same from the same seed, and not the same from another', async () => {
    expect(await trainFloat(1)).toEqual(float);
    expect((await trainFloat(2)).last.parameters).not.toEqual(float.last.parameters);
  });

  const training = (more: Partial<TrainOptions> = {}): TrainOptions => ({
    data,
    origin: { model: float.model },
    seed: 3,
    epochs: 3,
    activationLevels: 16,
    weightLevels: 9,
    shift: 0,
    ...more,
  });

  test.each(['uniform', 'lloyd-max'] as const)(
    'learns with quantization, activation levels %s: quantized, in real numbers and in tables alike',
    async (activationScheme) => {
      const { model, floatAccuracy, quantizedAccuracy } = await trainModel(training({ activationScheme }));
      expect(floatAccuracy).toBe(float.accuracy);
      expect(quantizedAccuracy).toBeGreaterThan(0.85);
      const real = quantizedEvaluator(model);
      const right = data.test.labels.filter(
        (label, i) => firstLargest(real(picture(data.test, i))) === label,
      );
      expect(Math.abs(right.length / 200 - quantizedAccuracy)).toBeLessThanOrEqual(0.015);
      const table = await tableAccuracy(tablize(model), data.test);
      expect(Math.abs(table - quantizedAccuracy)).toBeLessThanOrEqual(0.03);
      // Batch norm is in the thresholds of its stage, not in its weights.
      const scaled = model.stages.filter((stage) => 'scale' in stage).map(({ name }) => name);
      expect(scaled).toEqual(['conv', 'depth', 'hidden']);
    },
  );

  test.each([
    ['steps', true, [1, 2]],
    ['steps', false, [1, 2]],
    ['powers', true, [1, 2, 4]],
    ['powers', false, [1, 2, 4]],
  ] as const)(
    'weights of the scheme %s (learned: %s) have factors that are multiples %j of one',
    async (weightScheme, learnLevels, above) => {
      const multiples = [...above.map((multiple) => -multiple).reverse(), 0, ...above];
      const steps = training({ weightScheme, weightLevels: multiples.length, learnLevels });
      const { model, quantizedAccuracy } = await trainModel(steps);
      expect(quantizedAccuracy).toBeGreaterThan(0.8);
      const { products } = tablize(model);
      const tables = Object.values(products);
      expect(tables).toHaveLength(model.stages.filter((stage) => 'weights' in stage).length);
      for (const table of tables) {
        const factors = productForm(table)?.factors ?? [];
        const one = factors[above.length + 1] ?? NaN;
        expect(one).toBeGreaterThan(0);
        expect(factors).toEqual(multiples.map((multiple) => multiple * one));
      }
    },
  );

  test.each(['uniform', 'lloyd-max'] as const)(
    'learns with 256 activation levels too, %s, and can be written and read',
    async (activationScheme) => {
      const many = training({ activationScheme, activationLevels: 256, epochs: 2 });
      const { model, quantizedAccuracy } = await trainModel(many);
      expect(quantizedAccuracy).toBeGreaterThan(0.85);
      expect(parseQuantized(serializeQuantized(model), 'here')).toEqual(model);
    },
  );

  test('goes on after an interruption and ends the same', async () => {
    // TensorFlow.js has no hard tanh to write.
    const written: FloatModel = {
      ...float.model,
      layers: float.model.layers.map((layer) =>
        layer.name === 'hidden_act'
          ? { ...layer, kind: 'activation', input: 'hidden_bn', activation: 'tanh' }
          : layer,
      ),
    };
    const folder = temporaryFolder('every-layer');
    const into = (out: string, more: Partial<TrainOptions> = {}) =>
      trainModel(training({ origin: { model: written }, name: 'same', out: join(folder, out), ...more }));
    const whole = await into('whole');
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('quantized: epoch 1')) stop.abort();
    };
    await expect(into('broken', { progress, signal: stop.signal })).rejects.toThrow(InterruptedError);
    expect(await into('broken')).toEqual(whole);
  });
});
