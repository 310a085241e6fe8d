import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levelIndex, levelsCovering, levelValue, quantile } from '../../toolkit/quantize/levels.js';
import {
  checkLevelCounts,
  kMeansWeightLevels,
  laplacianWeightLevels,
  levelsAt,
  nearestLevels,
  uniformWeightLevels,
  WEIGHT_SCHEMES,
} from '../../toolkit/quantize/weight-levels.js';

describe('activation levels', () => {
  test('hand-computed: 8 levels over 0..7/2', () => {
    const levels = levelsCovering(0, 3.5, 8);
    expect(levels).toEqual({ count: 8, step: 0.5, zero: 0 });
    expect([-1, 0, 0.24, 0.25, 0.74, 0.75, 3.3, 99].map((value) => levelIndex(levels, value))).toEqual([
      0, 0, 0, 1, 1, 2, 7, 7,
    ]);
  });

  test('hand-computed: a signed range keeps zero exact', () => {
    // 4 levels below zero at 0.25 reach -1, 3 above reach 0.75.
    expect(levelsCovering(-1, 0.75, 8)).toEqual({ count: 8, step: 0.25, zero: 4 });
    expect(levelsCovering(0, 0, 8)).toEqual({ count: 8, step: 1, zero: 0 });
    expect(levelsCovering(-2, 0, 3)).toEqual({ count: 3, step: 1, zero: 2 });
    expect(levelsCovering(-2, 1, 2)).toEqual({ count: 2, step: 2, zero: 1 });
    expect(levelsCovering(-2, 3, 2)).toEqual({ count: 2, step: 3, zero: 0 });
  });

  test('levels reach both ends, hold zero, and rounding is off by half a step at the most', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 0, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.integer({ min: 3, max: 64 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (least, greatest, count, at) => {
          fc.pre(greatest - least > 1e-6);
          const levels = levelsCovering(least, greatest, count);
          const slack = 1e-9 * levels.step;
          expect(levelValue(levels, levels.zero)).toBe(0);
          expect(levelValue(levels, 0)).toBeLessThanOrEqual(least + slack);
          expect(levelValue(levels, count - 1)).toBeGreaterThanOrEqual(greatest - slack);
          const value = least + at * (greatest - least);
          const rounded = levelValue(levels, levelIndex(levels, value));
          expect(Math.abs(rounded - value)).toBeLessThanOrEqual(levels.step / 2 + slack);
        },
      ),
    );
  });

  test('quantile is the nearest rank', () => {
    const values = Float32Array.of(4, 1, 3, 2);
    expect([0, 0.25, 0.5, 0.51, 1].map((q) => quantile(values, q))).toEqual([1, 1, 2, 3, 4]);
    expect([...values]).toEqual([4, 1, 3, 2]);
  });
});

describe('weight levels', () => {
  test('k-means, hand-computed: three clumps', () => {
    const weights = Float32Array.of(-2, -2.5, -1.5, 0.125, 0, -0.125, 1, 1.5, 0.5);
    expect([...kMeansWeightLevels(weights, 3)]).toEqual([-2, 0, 1]);
  });

  test('k-means is a fixed point: each centre but 0 is the mean of the weights nearest to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 20, maxLength: 300 }),
        fc.integer({ min: 2, max: 9 }),
        (values, count) => {
          const weights = Float32Array.from(values);
          const levels = kMeansWeightLevels(weights, count);
          const indices = nearestLevels(levels, weights);
          levels.forEach((level, k) => {
            const members = weights.filter((_, i) => indices[i] === k);
            if (level === 0 || members.length === 0) return;
            expect(level).toBeCloseTo(members.reduce((a, b) => a + b) / members.length, 4);
          });
        },
      ),
    );
  });

  test('Laplacian, hand-computed: b = 1, N = 5 gives ln(5/3) and ln 5', () => {
    const levels = laplacianWeightLevels(Float32Array.of(1, -1, 1, -1), 5);
    const expected = [-Math.log(5), -Math.log(5 / 3), 0, Math.log(5 / 3), Math.log(5)];
    expect([...levels]).toEqual(expected.map(Math.fround));
    expect([...laplacianWeightLevels(Float32Array.of(1, -1, 1, -1), 4)]).toEqual(
      expected.slice(1).map(Math.fround),
    );
  });

  test('uniform, hand-computed', () => {
    expect([...uniformWeightLevels(Float32Array.of(0.5, -2), 5)]).toEqual([-2, -1, 0, 1, 2]);
    expect([...uniformWeightLevels(Float32Array.of(0.5, -2), 4)]).toEqual([-1, 0, 1, 2]);
  });

  test('every scheme: ascending, at most as many as asked for, 0 among them, the same each time', () => {
    for (const scheme of Object.values(WEIGHT_SCHEMES)) {
      fc.assert(
        fc.property(
          fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 200 }),
          fc.integer({ min: 2, max: 16 }),
          (values, count) => {
            const levels = scheme(Float32Array.from(values), count);
            expect(levels.length).toBeLessThanOrEqual(count);
            expect([...levels].filter((level) => Object.is(level, 0))).toHaveLength(1);
            expect(levels.every((level, k) => k === 0 || level > (levels[k - 1] ?? Infinity))).toBe(true);
            expect(scheme(Float32Array.from(values), count)).toEqual(levels);
          },
        ),
      );
    }
  });

  test('the nearest level is found', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 }),
        fc.float({ min: -60, max: 60, noNaN: true }),
        (values, weight) => {
          const levels = Float32Array.from(values).sort();
          const [found] = levelsAt(levels, nearestLevels(levels, Float32Array.of(weight)));
          const best = Math.min(...Array.from(levels, (level) => Math.abs(level - weight)));
          expect(Math.abs((found ?? NaN) - weight)).toBeCloseTo(best, 5);
        },
      ),
    );
  });

  test.each([
    [1, 5],
    [8, 1],
    [257, 5],
    [8, 2.5],
    [NaN, 5],
  ])('%d x %d levels are refused', (activations, weights) => {
    expect(() => checkLevelCounts(activations, weights)).toThrow('a whole number from 2 to 256 is needed');
  });
});
