import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkNetwork,
  createInterpreter,
  productForm,
  type Stage,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import type { QuantizedModel, QuantizedStage } from '../../toolkit/quantize/index.js';
import { powerOfTwo, successive, type Multiple } from '../../toolkit/quantize/quantizers/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { withinReach } from '../../toolkit/tablize/requantization.js';
import { between, seeded } from '../support/random.js';

const INPUTS = 6;
const CHANNELS = 5;
const short = (value: number): number => Number(value.toPrecision(7));

/** Two layers whose weights are multiples of one step, and whose inputs and outputs have equal steps. */
interface Made {
  readonly model: QuantizedModel;
  /** Of the weights' step, by places from the level 0. */
  readonly multiple: Multiple;
  /** s of each channel: its thresholds lie 2^s steps of the sums apart. */
  readonly exponents: readonly number[];
  /** Of each channel, in steps of the output. */
  readonly offsets: readonly number[];
  readonly counts: { readonly input: number; readonly output: number; readonly weights: number };
}

/** Gains are powers of two to seven digits, all else is any real number; `shared`: the logits have the same weight levels. */
function madeOf(seed: number, shared: boolean): Made {
  const random = seeded(seed);
  const multiple = seed % 2 === 0 ? successive : powerOfTwo;
  const int = (min: number, max: number): number => between(random, min, max);
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const step = (): number => short(2 ** (6 * random() - 3));
  const [inputStep, weightStep, outputStep] = [step(), step(), step()];
  const counts = { input: int(2, 20), output: int(3, 20), weights: 2 * int(1, 3) + 1 };
  const multiples = (one: number): number[] =>
    list(counts.weights, () => 0).map((_, k) => short(multiple(k - (counts.weights - 1) / 2) * one));
  const exponents = list(CHANNELS, () => int(0, 6));
  const offsets = list(CHANNELS, () => short((random() - 0.5) * 3 * counts.output));
  const hidden: QuantizedStage = {
    name: 'hidden',
    kind: 'dense',
    input: 'input',
    weightLevels: multiples(weightStep),
    weights: list(INPUTS * CHANNELS, () => int(0, counts.weights - 1)),
    scale: exponents.map((s) => short(outputStep / (inputStep * weightStep * 2 ** s))),
    bias: offsets.map((offset) => short(offset * outputStep)),
    activation: 'relu',
    levels: { count: counts.output, step: outputStep, zero: 0 },
  };
  const logits: QuantizedStage = {
    name: 'logits',
    kind: 'dense',
    input: 'hidden',
    weightLevels: multiples(shared ? weightStep : 1.7 * weightStep),
    weights: list(CHANNELS * 2, () => int(0, counts.weights - 1)),
    bias: [0, 0],
    levels: null,
  };
  const model: QuantizedModel = {
    format: 'tablize/quantized-model@1',
    name: 'even',
    input: {
      shape: [1, 1, INPUTS],
      levels: { count: counts.input, step: inputStep, zero: 0 },
      table: list(256, () => 0).map((_, byte) => byte % counts.input),
    },
    stages: [hidden, logits],
    labels: ['a', 'b'],
    provenance: {
      sourceHash: null,
      schemes: { activations: 'random', weights: 'random' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
  return { model, multiple, exponents, offsets, counts };
}

const rowsOf = ({ stages: [stage] }: TableNetwork): readonly (readonly number[])[] =>
  stage !== undefined && 'requantize' in stage && stage.requantize?.kind === 'thresholds'
    ? stage.requantize.values
    : [];

/** What the smallest positive factor of the first stage is. */
function factorOf({ products, stages: [stage] }: TableNetwork): number {
  const name = (stage as Extract<Stage, { readonly products: string }>).products;
  const { factors = [] } = productForm(products[name] ?? { activations: 0, weights: 0, values: [] }) ?? {};
  return Math.min(...factors.filter((factor) => factor > 0));
}

const apart = (row: readonly number[]): number[] => row.slice(1).map((value, k) => value - (row[k] ?? 0));

describe('where gains are powers of two', () => {
  const cases = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    shared: fc.boolean(),
    accumulatorBits: fc.constantFrom(undefined, 32 as const),
  });

  test('thresholds are apart by exactly that power of two of steps of the sums, within reach or not', () => {
    let beyond = 0;
    fc.assert(
      fc.property(cases, ({ seed, shared, accumulatorBits }) => {
        const { model, multiple, exponents, counts } = madeOf(seed, shared);
        const network = checkNetwork(
          tablize(model, accumulatorBits === undefined ? {} : { accumulatorBits }),
          'tablized',
        );
        const factor = factorOf(network);
        if (!shared) expect(factor).toBe(1);
        const rows = rowsOf(network);
        const most = factor * INPUTS * (counts.input - 1) * multiple((counts.weights - 1) / 2);
        beyond += rows.filter((row) => row.some((value) => Math.abs(value) > most + 1)).length;
        expect(rows.map(apart)).toEqual(
          exponents.map((s) => Array.from({ length: counts.output - 2 }, () => factor * 2 ** s)),
        );
      }),
      { numRuns: 300 },
    );
    expect(beyond).toBeGreaterThan(100);
  });

  test('an index is the sum of steps, shifted', () => {
    fc.assert(
      fc.property(
        cases,
        fc.uint8Array({ minLength: INPUTS, maxLength: INPUTS }),
        ({ seed, shared }, bytes) => {
          const { model, multiple, exponents, offsets, counts } = madeOf(seed, shared);
          const [stage] = model.stages;
          if (stage?.kind !== 'dense') throw new Error('no dense stage');
          const { trace = [] } = createInterpreter(tablize(model)).infer(bytes, { trace: true });
          const expected = exponents.map((s, channel) => {
            const weights = stage.weights.slice(channel * INPUTS, (channel + 1) * INPUTS);
            const sum = weights.reduce(
              (steps, weight, i) =>
                steps + multiple(weight - (counts.weights - 1) / 2) * ((bytes[i] ?? 0) % counts.input),
              0,
            );
            const index = Math.floor(sum / 2 ** s + (offsets[channel] ?? 0) + 0.5);
            return Math.min(Math.max(index, 0), counts.output - 1);
          });
          expect([...(trace[1] ?? [])]).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('one gain that is none takes the thresholds of all channels as they come', () => {
    const { model } = madeOf(8, false);
    const [hidden, logits] = model.stages;
    if (hidden?.kind !== 'dense' || logits === undefined) throw new Error('no dense stage');
    const scale = hidden.scale?.map((factor, c) => (c === 0 ? factor * 1.01 : factor)) ?? [];
    const network = tablize({ ...model, stages: [{ ...hidden, scale }, logits] });
    expect(factorOf(network)).toBeGreaterThan(1);
    expect(rowsOf(network).some((row) => new Set(apart(row)).size > 1)).toBe(true);
  });
});

describe('thresholds out of reach', () => {
  const values = [
    [-90, -80, -70],
    [2 ** 31 - 20, 2 ** 31 - 10, 2 ** 31],
  ];

  test('move to the edge', () => {
    expect(withinReach({ kind: 'thresholds', values }, -75, 75).values).toEqual([
      [-75, -75, -70],
      [76, 76, 76],
    ]);
  });

  test('stay at their distances where these are to be kept, unless they do not fit 32 bits', () => {
    expect(withinReach({ kind: 'thresholds', values }, -75, 75, true).values).toEqual([
      [-90, -80, -70],
      [76, 76, 76],
    ]);
  });
});
