import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BuildError } from '../../toolkit/errors.js';
import {
  analyse,
  checkNetwork,
  createInterpreter,
  productForm,
  signedBits,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { quantizedEvaluator, type QuantizedModel } from '../../toolkit/quantize/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { tablize } from '../../toolkit/tablize/index.js';

/**
 * A network in which nothing is rounded: steps are powers of two, weights and biases whole multiples of 1/4. Padded
 * convolution on signed levels, both pools, dense.
 */
function exactModel(seed: number): QuantizedModel {
  const random = randomSource(seed);
  const whole = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const list = (count: number, make: () => number): number[] => Array.from({ length: count }, make);
  const weightLevels = [-1, -0.25, 0, 0.5, 1];
  const none = { top: 0, right: 0, bottom: 0, left: 0 };
  const weights = (count: number): number[] => list(count, () => whole(0, 4));
  const bias = (count: number): number[] => list(count, () => whole(-8, 8) / 4);
  return {
    format: 'tablize/quantized-model@1',
    name: 'exact',
    input: {
      shape: [6, 6, 2],
      levels: { count: 8, step: 0.5, zero: 3 },
      table: Array.from({ length: 256 }, (_, byte) => byte >> 5),
    },
    stages: [
      {
        name: 'conv',
        kind: 'conv2d',
        input: 'input',
        kernel: [3, 3],
        stride: [1, 1],
        padding: { top: 1, right: 1, bottom: 1, left: 1 },
        weightLevels,
        weights: weights(3 * 9 * 2),
        bias: bias(3),
        levels: { count: 8, step: 1, zero: 2 },
      },
      { name: 'most', kind: 'maxPool', input: 'conv', window: [2, 2], stride: [2, 2], padding: none },
      {
        name: 'mean',
        kind: 'averagePool',
        input: 'most',
        window: [2, 2],
        stride: [1, 1],
        padding: none,
        levels: { count: 16, step: 0.5, zero: 4 },
      },
      {
        name: 'hidden',
        kind: 'dense',
        input: 'mean',
        weightLevels,
        weights: weights(12 * 4),
        bias: bias(4),
        levels: { count: 8, step: 0.5, zero: 0 },
      },
      {
        name: 'logits',
        kind: 'dense',
        input: 'hidden',
        weightLevels,
        weights: weights(4 * 3),
        bias: bias(3),
        levels: null,
      },
    ],
    labels: ['a', 'b', 'c'],
    provenance: {
      sourceHash: null,
      schemes: { activations: 'by hand', weights: 'by hand' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
}

const pictureOf = (seed: number): Uint8Array => {
  const random = randomSource(seed);
  return Uint8Array.from({ length: 72 }, () => Math.floor(random() * 256));
};

/** Accumulator units per 1.0 of the logits. */
function logitScale(model: QuantizedModel, network: TableNetwork): number {
  const last = model.stages.at(-1);
  const from = model.stages.at(-2);
  const table = network.products['logits'];
  if (last?.kind !== 'dense' || from?.kind !== 'dense' || table === undefined) throw new Error('no logits');
  if (from.levels === null || !('step' in from.levels)) throw new Error('no step');
  const factors = productForm(table)?.factors ?? [];
  return (factors[4] ?? NaN) / ((last.weightLevels[4] ?? NaN) * from.levels.step);
}

describe('where nothing needs rounding, the integers are the real network', () => {
  const variants = [
    {},
    { accumulatorBits: 16 },
    { accumulatorBits: 32 },
    { requantize: 'thresholds' },
    { requantize: 'thresholds', accumulatorBits: 32 },
  ] as const;

  test.each(variants)('%j', (options) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const model = exactModel(seed);
        const network = tablize(model, options);
        checkNetwork(network, 'tablized');
        const expected = quantizedEvaluator(model)(pictureOf(seed + 1));
        const { logits } = createInterpreter(network).infer(pictureOf(seed + 1));
        const scale = logitScale(model, network);
        expect(Number.isInteger(Math.log2(scale))).toBe(true);
        expect([...logits]).toEqual([...expected].map((value) => value * scale + 0));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the integers', () => {
  const model = exactModel(1);

  test('hand-computed: one weight, one input', () => {
    const single: QuantizedModel = {
      ...model,
      input: {
        shape: [1, 1, 1],
        levels: { count: 2, step: 1, zero: 0 },
        table: model.input.table.map((i) => i >> 2),
      },
      stages: [
        {
          name: 'hidden',
          kind: 'dense',
          input: 'input',
          weightLevels: [0, 0.75],
          weights: [1],
          bias: [0.5],
          levels: { count: 4, step: 0.5, zero: 1 },
        },
        {
          name: 'logits',
          kind: 'dense',
          input: 'hidden',
          weightLevels: [0, 1],
          weights: [1],
          bias: [0],
          levels: null,
        },
      ],
      labels: ['a'],
    };
    const network = tablize(single, { accumulatorBits: 16 });
    const [hidden] = network.stages;
    if (hidden?.kind !== 'dense' || hidden.requantize?.kind !== 'shiftTable') throw new Error('not dense');
    // 16 bits: bias 2^s + product 1.5 * 2^s + offset (1 + 1/2) * 2^s < 2^15 gives s = 13 - 1; one unit is 0.5 / 2^s.
    expect(hidden.requantize).toEqual({ kind: 'shiftTable', offset: 6144, shift: 12, table: [0, 1, 2, 3] });
    expect(network.products['hidden']?.values).toEqual([0, 0, 0, 6144]);
    expect(hidden.bias).toEqual([4096]);
    // 0.75 + 0.5 = 1.25 is half-way between the levels 1 and 1.5; halves go up, to index 3 + 1, clamped to 3.
    expect(createInterpreter(network).infer(Uint8Array.of(255), { trace: true }).trace?.[1]).toEqual(
      Int32Array.of(3),
    );
    expect(createInterpreter(network).infer(Uint8Array.of(0), { trace: true }).trace?.[1]).toEqual(
      Int32Array.of(2),
    );
  });

  test('every table is an exact product whose zero is the zero level, and padding reads it', () => {
    const network = tablize(model);
    expect(productForm(network.products['conv'] ?? { activations: 0, weights: 0, values: [] })?.zero).toBe(3);
    for (const table of Object.values(network.products)) expect(productForm(table)).not.toBeNull();
    expect(network.stages[0]).toMatchObject({ kind: 'conv2d', paddingIndex: 3 });
  });

  test('16 bits are proven where asked for', () => {
    for (const { bounds, stage } of analyse(tablize(model, { accumulatorBits: 16 })).stages) {
      if (bounds === null) continue;
      const offset =
        'requantize' in stage && stage.requantize?.kind === 'shiftTable' ? stage.requantize.offset : 0;
      expect(signedBits(bounds.partial)).toBe(16);
      expect(bounds.final.max + offset).toBeLessThan(2 ** 15);
    }
  });

  test('sums that cannot fit 16 bits get 32, or an error that names the stage', () => {
    const wide: QuantizedModel = {
      ...model,
      stages: model.stages.map((stage) =>
        stage.name === 'hidden' && stage.kind === 'dense' ? { ...stage, bias: [1e6, 0, 0, 0] } : stage,
      ),
    };
    const hidden = analyse(tablize(wide)).stages[3];
    expect(hidden?.bounds && signedBits(hidden.bounds.final)).toBe(32);
    expect(() => tablize(wide, { accumulatorBits: 16 })).toThrow(BuildError);
    expect(() => tablize(wide, { accumulatorBits: 16 })).toThrow(
      expect.objectContaining({ where: 'stage "hidden"' }) as Error,
    );
  });
});
