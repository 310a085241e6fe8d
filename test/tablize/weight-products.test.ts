import fc from 'fast-check';
import { expect, test } from 'vitest';
import { productForm } from '../../toolkit/network/index.js';
import type { Levels } from '../../toolkit/quantize/levels.js';
import { powerOfTwo, successive } from '../../toolkit/quantize/quantizers/index.js';
import { weightProducts } from '../../toolkit/tablize/weight-products.js';

const input: Levels = { count: 4, step: 0.5, zero: 1 };

test('of equal steps the step is rounded, and not each multiple', () => {
  // A step is 3.4 units: each for itself, 6.8 would become 7.
  const { products, exact, error } = weightProducts(input, [-6.8, -3.4, 0, 3.4, 6.8], 0.5);
  expect(exact).toEqual([-6.8, -3.4, 0, 3.4, 6.8]);
  expect(productForm(products)).toEqual({ zero: 1, factors: [-6, -3, 0, 3, 6] });
  expect(error).toBeCloseTo(2 * (0.4 ** 2 + 0.8 ** 2), 9);
});

test('of powers of two the step is rounded, and not each multiple', () => {
  // A step is 3.4 units: each for itself, 6.8 would become 7 and 13.6 would become 14.
  const { products, error } = weightProducts(input, [-13.6, -6.8, -3.4, 0, 3.4, 6.8, 13.6], 0.5);
  expect(productForm(products)).toEqual({ zero: 1, factors: [-12, -6, -3, 0, 3, 6, 12] });
  expect(error).toBeCloseTo(2 * (0.4 ** 2 + 0.8 ** 2 + 1.6 ** 2), 9);
});

test('other levels are rounded each for itself', () => {
  const { products, error } = weightProducts(input, [-6.8, -3.4, 0, 3.4, 6.9], 0.5);
  expect(productForm(products)).toEqual({ zero: 1, factors: [-7, -3, 0, 3, 7] });
  expect(error).toBeCloseTo(0.2 ** 2 + 0.4 ** 2 + 0.4 ** 2 + 0.1 ** 2, 9);
});

test('of uneven input levels every product of a step is rounded, and its multiples are exact', () => {
  const { products } = weightProducts({ values: [-1, 0, 1.3] }, [-2.8, -1.4, 0, 1.4, 2.8], 1);
  expect(products).toEqual({
    activations: 3,
    weights: 5,
    values: [2, 1, 0, -1, -2, 0, 0, 0, 0, 0, -4, -2, 0, 2, 4],
  });
});

test('steps that were written with seven digits give factors that are exact multiples, with any unit', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(successive, powerOfTwo),
      fc.integer({ min: 1, max: 7 }),
      fc.double({ min: 1e-4, max: 10, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (multiple, n, step, share) => {
        const multiples = Array.from({ length: 2 * n + 1 }, (_, k) => multiple(k - n));
        const levels = multiples.map((k) => Number(Math.fround(k * step).toPrecision(7)));
        const { products } = weightProducts(input, levels, share * step * 0.5);
        const factors = productForm(products)?.factors ?? [];
        const one = factors[n + 1] ?? NaN;
        expect(one).toBeGreaterThan(0);
        expect(factors).toEqual(multiples.map((k) => k * one));
      },
    ),
  );
});
