import { describe, expect, test } from 'vitest';
import { EXPONENTIAL } from '../../../toolkit/quantize/quantizers/exponential.js';
import { erfc, HALF_NORMAL } from '../../../toolkit/quantize/quantizers/half-normal.js';
import { leastErrorTable } from '../../../toolkit/quantize/quantizers/least-error-table.js';

/** Integral over a..b by Simpson's rule. */
function integral(f: (x: number) => number, a: number, b: number, parts = 2000): number {
  const h = (b - a) / parts;
  let sum = f(a) + f(b);
  for (let i = 1; i < parts; i++) sum += (i % 2 === 1 ? 4 : 2) * f(a + i * h);
  return (sum * h) / 3;
}

test('erfc, published values', () => {
  const published = [
    [0, 1],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [3, 2.209049699858544e-5],
    [5, 1.5374597944280349e-12],
  ] as const;
  for (const [x, value] of published) expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-11);
  // Where the series gives way to the fraction, the slope is the bell's.
  const slope = (erfc(2 + 1e-4) - erfc(2 - 1e-4)) / 2e-4;
  expect(slope / ((-2 / Math.sqrt(Math.PI)) * Math.exp(-4))).toBeCloseTo(1, 6);
  expect(erfc(Infinity)).toBe(0);
});

describe.each([EXPONENTIAL, HALF_NORMAL])('$name', (distribution) => {
  const { density, mass, mean, tailMean, end } = distribution;

  test('masses and means are the integrals of the density', () => {
    expect(mass(0, Infinity)).toBeCloseTo(1, 12);
    expect(mass(end, Infinity)).toBeLessThan(1e-15);
    for (const [a, b] of [
      [0, 0.5],
      [0.3, 0.31],
      [1, 4],
      [3, 3.2],
    ] as const) {
      const wanted = integral(density, a, b);
      expect(mass(a, b) / wanted).toBeCloseTo(1, 9);
      expect(mean(a, b)).toBeCloseTo(integral((x) => x * density(x), a, b) / wanted, 9);
    }
    for (const [a, cap] of [
      [0, 1],
      [0.7, 2],
      [1.5, 8],
      [2, Infinity],
    ] as const) {
      const capped = integral((x) => Math.min(x, cap) * density(x), a, Math.min(cap, 40), 20_000);
      const beyond = cap === Infinity ? 0 : cap * mass(cap, Infinity);
      expect(tailMean(a, cap)).toBeCloseTo((capped + beyond) / mass(a, Infinity), 9);
    }
  });

  test.each([Infinity, 5, 2, 1])(
    'with cap %d: every level is the mean of the values nearest to it',
    (cap) => {
      for (const count of [0, 1, 2, 3, 7, 31, 127, 255]) {
        const { levels } = leastErrorTable(distribution, count, cap);
        expect(levels).toHaveLength(count);
        levels.forEach((level, k) => {
          const a = (level + (levels[k - 1] ?? 0)) / 2;
          const next = levels[k + 1];
          const wanted = next === undefined ? tailMean(a, cap) : mean(a, (level + next) / 2);
          expect(Math.abs(level - wanted)).toBeLessThan(1e-9);
          expect(level).toBeGreaterThan(levels[k - 1] ?? 0);
          expect(level).toBeLessThanOrEqual(cap);
        });
      }
    },
  );

  test('more levels gain more, but never more than the mean square', () => {
    const square = distribution === EXPONENTIAL ? 2 : 1;
    const gains = Array.from({ length: 40 }, (_, count) => leastErrorTable(distribution, count).gain);
    expect(gains[0]).toBe(0);
    gains.forEach((gain, k) => {
      if (k > 0) expect(gain).toBeGreaterThan(gains[k - 1] ?? Infinity);
      expect(gain).toBeLessThan(square);
    });
    expect(gains.at(-1)).toBeGreaterThan(0.997 * square);
  });

  test('the gain is what the squared error is less by', () => {
    const { levels, gain } = leastErrorTable(distribution, 3);
    const all = [0, ...levels];
    const error = integral(
      (x) => density(x) * Math.min(...all.map((level) => (x - level) ** 2)),
      0,
      end,
      20_000,
    );
    expect((distribution === EXPONENTIAL ? 2 : 1) - gain).toBeCloseTo(error, 5);
  });
});

describe('hand-computed', () => {
  test('exponential: 2; and 1.1872, 3.1872 (the Laplacian table of 5 levels times sqrt 2)', () => {
    // One level: x = x/2 + 1. Two: x_2 - b_2 = b_2 - x_1 = 1, and 1 - s = (1 + s) / (e^(1 + s) - 1) for s = x_1 / 2.
    expect(leastErrorTable(EXPONENTIAL, 1).levels[0]).toBeCloseTo(2, 10);
    const [first = 0, second = 0] = leastErrorTable(EXPONENTIAL, 2).levels;
    expect(first).toBeCloseTo(1.18725, 5);
    expect(second - first).toBeCloseTo(2, 10);
    // Capped at 2: x / 2 = 1 - e^(x / 2 - 2).
    expect(leastErrorTable(EXPONENTIAL, 1, 2).levels[0]).toBeCloseTo(1.4431, 4);
  });

  test("half-normal: Max's table of 9 levels", () => {
    const published = [0.4436, 0.9188, 1.4764, 2.2547];
    leastErrorTable(HALF_NORMAL, 4).levels.forEach((level, k) =>
      expect(level).toBeCloseTo(published[k] ?? NaN, 3),
    );
  });
});
