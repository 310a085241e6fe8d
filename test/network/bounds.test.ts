import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, productForm, signedBits } from '../../toolkit/network/index.js';
import { naiveInterpret } from '../support/naive-interpret.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';

describe('accumulatorBounds', () => {
  it('are exact for a dense stage: both ends are reached by some activations', () => {
    const network = randomNetwork(11);
    const { stages } = analyse(network);
    const dense = stages.find(({ stage }) => stage.kind === 'dense');
    if (dense?.stage.kind !== 'dense' || dense.bounds === null)
      throw new Error('every random network ends in a dense stage');
    const { stage, bounds, inputs } = dense;
    const table = network.products[stage.products];
    const levels = inputs[0]?.levels ?? 0;
    const perUnit = stage.weights.length / stage.units;
    const end = (pick: (...values: number[]) => number, unit: number): number =>
      stage.weights
        .slice(unit * perUnit, (unit + 1) * perUnit)
        .reduce(
          (sum, w) =>
            sum +
            pick(
              ...Array.from({ length: levels }, (_, a) => table?.values[a * table.weights + w] ?? Number.NaN),
            ),
          stage.bias[unit] ?? Number.NaN,
        );
    bounds.channels.forEach(({ min, max }, unit) => {
      expect(min).toBe(end(Math.min, unit));
      expect(max).toBe(end(Math.max, unit));
    });
  });

  it('hold for every picture and every stage that shows its accumulator', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const network = randomNetwork(seed);
        const logits = naiveInterpret(network, randomPicture(network, seed)).at(-1) ?? [];
        const { bounds } = analyse(network).stages.at(-1) ?? { bounds: null };
        logits.forEach((logit, unit) => {
          expect(Number(logit)).toBeGreaterThanOrEqual(bounds?.channels[unit]?.min ?? Number.NaN);
          expect(Number(logit)).toBeLessThanOrEqual(bounds?.channels[unit]?.max ?? Number.NaN);
        });
        expect(bounds?.partial.min).toBeLessThanOrEqual(bounds?.final.min ?? Number.NaN);
        expect(bounds?.partial.max).toBeGreaterThanOrEqual(bounds?.final.max ?? Number.NaN);
      }),
    );
  });
});

describe('signedBits', () => {
  it.each([
    [-32768, 32767, 16],
    [-32769, 0, 32],
    [0, 32768, 32],
    [0, 0, 16],
  ])('%i..%i needs %i', (min, max, bits) => {
    expect(signedBits({ min, max })).toBe(bits);
  });
});

describe('productForm', () => {
  const table = (
    activations: number,
    weights: number,
    value: (a: number, w: number) => number,
  ): Parameters<typeof productForm>[0] => ({
    activations,
    weights,
    values: Array.from({ length: activations * weights }, (_, i) =>
      value(Math.floor(i / weights), i % weights),
    ),
  });

  it('finds zero and factors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.nat(8),
        fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 6 }),
        (activations, at, factors) => {
          const zero = at % activations;
          const found = productForm(
            table(activations, factors.length, (a, w) => (a - zero) * (factors[w] ?? 0)),
          );
          expect(found?.factors).toEqual(factors);
          if (factors.some((factor) => factor !== 0)) expect(found?.zero).toBe(zero);
        },
      ),
    );
  });

  it('is null after one entry changed', () => {
    const exact = table(8, 5, (a, w) => a * (w - 2) * 9);
    for (let i = 0; i < 40; i++)
      expect(productForm({ ...exact, values: exact.values.map((v, j) => (i === j ? v + 1 : v)) })).toBeNull();
  });
});
