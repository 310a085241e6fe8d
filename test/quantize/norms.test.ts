import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { picture, type DataSet } from '../../toolkit/data/index.js';
import {
  evaluateFused,
  evaluateStage,
  fuse,
  hasWeights,
  inputsOf,
  inputValues,
  type FloatLayer,
  type FloatModel,
  type FusedModel,
  type FusedStage,
} from '../../toolkit/model/index.js';
import { loadBackend } from '../../toolkit/quantize/index.js';
import { withEqualChannels, withPositiveNorms, withUnitKernels } from '../../toolkit/quantize/norms.js';
import { measureNorms } from '../../toolkit/quantize/optimize.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { floatSubject, weightParameters, withParameters } from '../../toolkit/quantize/subjects.js';
import { oneHot } from '../../toolkit/quantize/targets.js';
import { randomInput, randomModel } from '../model/random-model.js';
import { expectClose } from '../model/tensorflow.js';
import { everyLayerForRows } from '../support/rows-network.js';
import { rows } from '../support/rows.js';

/** The model with gammas of both signs, some of them 0, and one channel of each normed kernel all 0. */
function withAnyNorms(model: FloatModel, seed: number): FloatModel {
  const random = randomSource(seed);
  const sign = (): number => Math.floor(random() * 3) - 1;
  const normed = new Set(model.layers.flatMap((layer) => (layer.kind === 'batchNorm' ? [layer.input] : [])));
  return {
    ...model,
    layers: model.layers.map((layer): FloatLayer => {
      if (layer.kind === 'batchNorm') return { ...layer, gamma: layer.gamma.map((value) => value * sign()) };
      if (!('kernel' in layer) || !normed.has(layer.name)) return layer;
      const channels = layer.bias.length;
      const silent = Math.floor(random() * channels);
      return { ...layer, kernel: layer.kernel.map((value, i) => (i % channels === silent ? 0 : value)) };
    }),
  };
}

/** All values that a model gives for an input, stage by stage. */
function allValues(model: FusedModel, input: Float32Array): Map<string, Float32Array> {
  const seen = new Map<string, Float32Array>();
  evaluateFused(model, input, (stage, output) => {
    seen.set(stage.name, output);
    return output;
  });
  return seen;
}

describe('norms in another form compute the same', () => {
  /** Sum of squares of each output channel. */
  const squares = (stage: FusedStage): number[] => {
    if (!hasWeights(stage)) return [];
    const channels = stage.bias.length;
    return Array.from({ length: channels }, (_, c) =>
      stage.kernel.reduce((sum, weight, i) => sum + (i % channels === c ? weight * weight : 0), 0),
    );
  };

  test.each([
    ['with positive gammas', withPositiveNorms],
    ['with equal channels', withEqualChannels],
    [
      'with equal channels after positive gammas',
      (model: FusedModel) => withEqualChannels(withPositiveNorms(model)),
    ],
    ['with unit kernels', withUnitKernels],
  ])('%s', (_, change) => {
    let norms = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const fused = fuse(withAnyNorms(randomModel(seed), seed));
        const changed = change(fused);
        const input = randomInput(randomModel(seed), seed);
        const before = allValues(fused, input);
        for (const [name, values] of allValues(changed, input)) expectClose(values, before.get(name) ?? []);
        for (const stage of changed.stages) {
          if (!hasWeights(stage) || stage.norm === null) continue;
          norms++;
          if (change === withPositiveNorms) expect(stage.norm.gamma.every((gamma) => gamma > 0)).toBe(true);
          if (change === withEqualChannels) {
            const audible = squares(stage).filter((square) => square > 0);
            const mean = audible.reduce((sum, square) => sum + square, 0) / audible.length;
            for (const square of audible) expect(Math.abs(square / mean - 1)).toBeLessThan(1e-4);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(norms).toBeGreaterThan(10);
  });
});

describe('norms measured', () => {
  const data: DataSet = rows('rows', 48, 1);
  const fused = fuse(everyLayerForRows(2));
  const subject = floatSubject(fused);

  const measured = async (batchSize: number) => {
    const { tf } = await loadBackend();
    const targets = oneHot(data);
    const course = { data, targets, epochs: 1, batchSize, rate: 0.01, shift: 0, seed: 1 };
    return measureNorms(tf, subject, weightParameters(fused), course, 100);
  };
  const normed = fused.stages.filter(hasWeights).filter(({ norm }) => norm !== null);

  /** Mean and variance of a channel of the sums of a stage, over all pictures and positions. */
  function moments(
    model: FusedModel,
    stage: FusedStage,
    channel: number,
  ): { mean: number; variance: number } {
    const bare = { ...stage, norm: null, activation: 'linear' } as FusedStage;
    const values = Array.from(data.labels, (_, i) => {
      const input = inputValues(model, picture(data, i));
      const all = allValues(model, input);
      const sums = evaluateStage(
        bare,
        inputsOf(stage).map((name) => all.get(name) ?? input),
      );
      return [...sums.filter((_value, at) => at % stage.shape[2] === channel)];
    }).flat();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  }

  test('in one batch they are the mean and variance of the sums that the measured network has', async () => {
    const parameters = await measured(data.labels.length);
    const model = withParameters(fused, parameters);
    expect(normed.map(({ name }) => name)).toEqual(['conv', 'depth', 'hidden']);
    for (const { name } of normed) {
      const stage = model.stages.find((other) => other.name === name) as FusedStage;
      for (const channel of [0, stage.shape[2] - 1]) {
        const { mean, variance } = moments(model, stage, channel);
        expect(parameters.get(`${name}/mean`)?.[channel]).toBeCloseTo(mean, 3);
        expect(parameters.get(`${name}/variance`)?.[channel]).toBeCloseTo(variance, 3);
      }
    }
  });

  test('in several they are the means of these, and nothing else is changed', async () => {
    const parameters = await measured(16);
    const { mean } = moments(fused, normed[0] as FusedStage, 0);
    expect(parameters.get('conv/mean')?.[0]).toBeCloseTo(mean, 3);
    for (const [name, values] of weightParameters(fused)) {
      if (!/(mean|variance)$/.test(name)) expect(parameters.get(name), name).toEqual(values);
    }
  });
});
