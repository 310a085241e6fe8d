import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activationName, evaluateStage, inputsOf } from '../../toolkit/model/index.js';
import {
  checkNetwork,
  createInterpreter,
  interpret,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { dequantize, quantizedEvaluator, type QuantizedModel } from '../../toolkit/quantize/index.js';
import {
  isUniform,
  levelIndex,
  levelValue,
  levelValues,
  type Levels,
} from '../../toolkit/quantize/levels.js';
import { tablize, type TablizeOptions } from '../../toolkit/tablize/index.js';
import { between, seeded } from '../support/random.js';
import { randomQuantized } from '../support/random-quantized.js';

const OPTIONS: readonly TablizeOptions[] = [
  {},
  { accumulatorBits: 16 },
  { accumulatorBits: 32 },
  { requantize: 'thresholds' },
  { requantize: 'thresholds', accumulatorBits: 16 },
  { requantize: 'thresholds', accumulatorBits: 32 },
];

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed);

const pictureOf = ({ input: { shape } }: QuantizedModel, seed: number): Uint8Array => {
  const random = seeded(seed ^ 0x5eed);
  return Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, () => between(random, 0, 255));
};

/** A model in integers, its answer to a picture and all that it computed on the way. */
function traced(model: QuantizedModel, options: TablizeOptions, seed: number) {
  const network = tablize(model, options);
  checkNetwork(network, 'tablized');
  const { logits, trace = [] } = createInterpreter(network).infer(pictureOf(model, seed), { trace: true });
  return { network, logits, trace };
}

/** The levels of every tensor, the picture's first; null for the logits. */
function levelsOf(model: QuantizedModel): ReadonlyMap<string, Levels | null> {
  const all = new Map<string, Levels | null>([['input', model.input.levels]]);
  for (const stage of model.stages) {
    const own = 'levels' in stage ? stage.levels : all.get(inputsOf(stage)[0] ?? '');
    all.set(stage.name, own ?? null);
  }
  return all;
}

/**
 * What each stage makes in real numbers of the indices that the integers gave to it, as indices; the logits as they are.
 * The picture's indices first.
 */
function realTrace(model: QuantizedModel, trace: readonly Int32Array[]): readonly (readonly number[])[] {
  const levels = levelsOf(model);
  const names = ['input', ...model.stages.map(({ name }) => name)];
  const valuesOf = (name: string): Float32Array => {
    const own = levels.get(name);
    const indices = trace[names.indexOf(name)] ?? new Int32Array();
    return Float32Array.from(indices, (index) =>
      own === null || own === undefined ? NaN : levelValue(own, index),
    );
  };
  return dequantize(model).stages.map((stage) => {
    const output = evaluateStage(stage, inputsOf(stage).map(valuesOf));
    const to = levels.get(stage.name) ?? null;
    return Array.from(output, (value) => (to === null ? value : levelIndex(to, value)));
  });
}

/** Accumulator units per 1.0 of the logits, by the first entry of their table that is not 0. */
function logitScale(model: QuantizedModel, network: TableNetwork): number {
  const last = model.stages.at(-1);
  if (last?.kind !== 'dense') throw new Error('no logits');
  const from = levelsOf(model).get(last.input);
  const { values = [] } = network.products['logits'] ?? {};
  const real = levelValues(from ?? { values: [] }).flatMap((value) =>
    last.weightLevels.map((level) => value * level),
  );
  const at = real.findIndex((value) => value !== 0);
  return (values[at] ?? NaN) / (real[at] ?? NaN);
}

describe('the random models', () => {
  const curved = ['tanh', 'sigmoid', 'softplus', 'softsign'];
  const activations = ['linear', 'relu', 'relu6', 'hardTanh', 'hardSigmoid'];
  const spacings = ['uniform', 'uneven'];
  const kinds = ['dense', 'conv2d', 'depthwiseConv2d'];

  test.each([true, false])('cover every kind of stage, activation, level and scale (exact: %s)', (exact) => {
    const weighted = kinds.flatMap((kind) =>
      spacings.flatMap((spacing) => [
        ...[...activations, ...curved].map((activation) => `${kind} ${spacing} ${activation} scaled`),
        // Without a scale a curve is never exact.
        ...[...activations, ...(exact ? [] : curved)].map((activation) => `${kind} ${spacing} ${activation}`),
      ]),
    );
    const others = ['averagePool', 'concat', 'add'].flatMap((kind) =>
      spacings.map((spacing) => `${kind} ${spacing} linear`),
    );
    const added = [...activations.slice(0, 4), ...(exact ? [] : ['hardSigmoid', ...curved])].flatMap(
      (activation) => spacings.map((spacing) => `add ${spacing} ${activation}`),
    );
    const seen = new Set<string>();
    for (let seed = 0; seed < 600; seed++) {
      for (const stage of randomQuantized(seed, exact).stages) {
        if (stage.kind === 'maxPool') seen.add('maxPool');
        else if (stage.levels !== null) {
          const activation = activationName(
            'activation' in stage ? (stage.activation ?? 'linear') : 'linear',
          );
          const spacing = isUniform(stage.levels) ? 'uniform' : 'uneven';
          seen.add(`${stage.kind} ${spacing} ${activation}${'scale' in stage ? ' scaled' : ''}`);
        }
      }
    }
    expect([...seen].sort()).toEqual([...new Set([...weighted, ...others, ...added, 'maxPool'])].sort());
  });

  test('let values vary behind most of their stages', () => {
    const varied = SEEDS.flatMap((seed) => {
      const { trace } = traced(randomQuantized(seed, true), {}, seed);
      return trace.slice(1).map((point) => new Set(point).size > 1);
    });
    expect(varied.filter(Boolean).length / varied.length).toBeGreaterThan(0.7);
  });
});

describe('where nothing needs rounding, every index and the logits are those of the real network', () => {
  test.each(OPTIONS)('%j', (options) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const model = randomQuantized(seed, true);
        const picture = pictureOf(model, seed);
        const { network, logits, trace } = traced(model, options, seed);
        realTrace(model, trace).forEach((expected, k) => {
          if (k === model.stages.length - 1) return;
          expect([...(trace[k + 1] ?? [])], model.stages[k]?.name).toEqual(expected);
        });
        // Layers that happen to share their weight levels count in units that are no binary fractions: shared.test.ts.
        if ('shared' in network.products) return;
        const scale = logitScale(model, network);
        expect(Number.isInteger(Math.log2(scale))).toBe(true);
        const real = quantizedEvaluator(model)(picture);
        expect([...logits]).toEqual([...real].map((value) => value * scale + 0));
      }),
      { numRuns: 150 },
    );
  });
});

describe('of any real numbers, an index is seldom another than that of the real network, and then the next one', () => {
  test.each(OPTIONS)('%j', (options) => {
    const all = { values: 0, others: 0 };
    // Thresholds have every boundary where it is; an activation table moves uneven ones to its grid.
    const exactBoundaries = { values: 0, others: 0 };
    for (const seed of SEEDS) {
      const model = randomQuantized(seed, false);
      const { network, trace } = traced(model, options, seed);
      const real = realTrace(model, trace);
      network.stages.slice(0, -1).forEach((stage, k) => {
        const isExact = 'requantize' in stage && stage.requantize?.kind === 'thresholds';
        real[k]?.forEach((expected, i) => {
          const apart = Math.abs(expected - (trace[k + 1]?.[i] ?? NaN));
          expect(apart, `${stage.name} of the model of seed ${seed}`).toBeLessThanOrEqual(1);
          for (const counts of isExact ? [all, exactBoundaries] : [all]) {
            counts.values++;
            counts.others += apart;
          }
        });
      });
      const scale = 2 ** Math.round(Math.log2(logitScale(model, network)));
      const last = real.at(-1) ?? [];
      const largest = Math.max(...last.map(Math.abs));
      last.forEach((value, i) => {
        const got = (trace.at(-1)?.[i] ?? NaN) / scale;
        expect(Math.abs(got - value), `logit of the model of seed ${seed}`).toBeLessThan(
          0.02 + 0.02 * largest,
        );
      });
    }
    expect(all.values).toBeGreaterThan(10_000);
    expect(all.others / all.values).toBeLessThan(0.01);
    expect(exactBoundaries.values).toBeGreaterThan(1_000);
    expect(exactBoundaries.others / exactBoundaries.values).toBeLessThan(0.001);
  });
});

describe('levels that a stage never gives', () => {
  const stage = (
    activation: 'relu' | 'sigmoid',
    values: readonly number[],
    scale?: readonly number[],
  ): QuantizedModel => {
    const model = randomQuantized(1, true);
    const body = { weights: [1], bias: [0], ...(scale === undefined ? {} : { scale }) };
    return {
      ...model,
      input: {
        shape: [1, 1, 1],
        levels: { count: 3, step: 2, zero: 1 },
        table: Array.from({ length: 256 }, (_, byte) => Math.min(byte, 2)),
      },
      stages: [
        {
          kind: 'dense',
          name: 'hidden',
          input: 'input',
          weightLevels: [0, 1],
          ...body,
          activation,
          levels: { values },
        },
        {
          kind: 'dense',
          name: 'logits',
          input: 'hidden',
          weightLevels: [0, 1],
          weights: [1],
          bias: [0],
          levels: null,
        },
      ],
      labels: ['a'],
    };
  };

  test.each([
    ['in an activation table', {}, undefined],
    ['in shared thresholds', { requantize: 'thresholds' }, undefined],
    ['in thresholds per channel', {}, [1]],
  ] as const)('below and above, %s', (_, options, scale) => {
    const indices = (model: QuantizedModel) =>
      [0, 1, 2].map(
        (byte) => interpret(tablize(model, options), Uint8Array.of(byte), { trace: true }).trace?.[1]?.[0],
      );
    // Of -2, 0 and 2 a rectifier makes 0, 0 and 2, a sigmoid 0.12, 0.5 and 0.88.
    expect(indices(stage('relu', [-3, -1, 0, 2, 9], scale))).toEqual([2, 2, 3]);
    expect(indices(stage('sigmoid', [-1, 0, 0.5, 1.2, 2], scale))).toEqual([1, 2, 3]);
  });
});
