import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kMeans, WEIGHT_QUANTIZERS, WEIGHT_SCHEMES } from '../../../toolkit/quantize/quantizers/index.js';
import { draw, flaws, laplacian, meanSquaredError, normal } from './samples.js';

const expectClose = (found: ArrayLike<number>, expected: readonly number[], digits = 4) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, k) => expect(found[k]).toBeCloseTo(value, digits));
};

describe('hand-computed weight levels', () => {
  test('uniform: step = largest magnitude / half the count', () => {
    expect([...WEIGHT_SCHEMES.uniform(Float32Array.of(1.5, -3), 7)]).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    expect([...WEIGHT_SCHEMES.uniform(Float32Array.of(1.5, -3), 6)]).toEqual([-2, -1, 0, 1, 2, 3]);
    expect([...WEIGHT_SCHEMES.uniform(Float32Array.of(1.5, -3), 2)]).toEqual([0, 3]);
  });

  test('Laplacian: b ln(N / (N - 2i)) with b = 2', () => {
    const weights = Float32Array.of(1, -3, 2, -2);
    // N = 3: 2 ln 3. N = 5: 2 ln(5/3) and 2 ln 5.
    expectClose(WEIGHT_SCHEMES.laplacian(weights, 3), [-2.197225, 0, 2.197225], 6);
    expectClose(WEIGHT_SCHEMES.laplacian(weights, 5), [-3.218876, -1.021651, 0, 1.021651, 3.218876], 6);
    expectClose(WEIGHT_SCHEMES.laplacian(weights, 4), [-1.021651, 0, 1.021651, 3.218876], 6);
    expectClose(WEIGHT_SCHEMES.laplacian(weights, 2), [0, 2.197225], 6);
  });

  test("Gaussian: Max's table times sigma = sqrt(mean w^2) = 5", () => {
    const weights = Float32Array.of(1, -7);
    const table = (levels: readonly number[]) => levels.map((level) => 5 * level);
    expectClose(WEIGHT_SCHEMES.gaussian(weights, 3), table([-1.224, 0, 1.224]), 3);
    expectClose(WEIGHT_SCHEMES.gaussian(weights, 5), table([-1.72415, -0.76457, 0, 0.76457, 1.72415]), 4);
    expectClose(
      WEIGHT_SCHEMES.gaussian(weights, 7),
      table([-2.03337, -1.18815, -0.56058, 0, 0.56058, 1.18815, 2.03337]),
      4,
    );
    expectClose(WEIGHT_SCHEMES.gaussian(weights, 4), table([-0.76457, 0, 0.76457, 1.72415]), 4);
    expectClose(WEIGHT_SCHEMES.gaussian(weights, 2), table([0, 1.22401]), 4);
  });

  test('steps: multiples of the step of least squared error', () => {
    // The multiples 0, -1 and 2: (2 * 1 + 5 * 2) / (1 + 4). With one level on each side it is best to have 5 alone exact.
    const weights = Float32Array.of(1, -2, 5);
    expectClose(WEIGHT_SCHEMES.steps(weights, 5), [-4.8, -2.4, 0, 2.4, 4.8], 6);
    expect([...WEIGHT_SCHEMES.steps(weights, 3)]).toEqual([-5, 0, 5]);
    // An even count leaves out the lowest.
    expect([...WEIGHT_SCHEMES.steps(Float32Array.of(-1, 1, 2), 4)]).toEqual([-1, 0, 1, 2]);
    expect([...WEIGHT_SCHEMES.steps(weights, 2)]).toEqual([0, 5]);
    expect([...WEIGHT_SCHEMES.steps(Float32Array.of(-6, 2, 4, 0, 6), 7)]).toEqual([-6, -4, -2, 0, 2, 4, 6]);
  });

  test('powers: powers of two times the step of least squared error', () => {
    // The multiples 0, 1, -2 and 4: (1 * 1 + 2 * 2 + 5 * 4) / (1 + 4 + 16).
    const weights = Float32Array.of(0, 1, -2, 5);
    const step = 25 / 21;
    expectClose(
      WEIGHT_SCHEMES.powers(weights, 7),
      [-4, -2, -1, 0, 1, 2, 4].map((k) => k * step),
      6,
    );
    expect([...WEIGHT_SCHEMES.powers(Float32Array.of(8, -4, 1, 2), 9)]).toEqual([
      -8, -4, -2, -1, 0, 1, 2, 4, 8,
    ]);
    // An even count leaves out the lowest.
    expect([...WEIGHT_SCHEMES.powers(Float32Array.of(4, -2, 1, 2), 6)]).toEqual([-2, -1, 0, 1, 2, 4]);
    expect([...WEIGHT_SCHEMES.powers(weights, 2)]).toEqual([0, 5]);
  });

  test('k-means: two clumps beside the one that 0 holds', () => {
    expect([...WEIGHT_SCHEMES['k-means'](Float32Array.of(4, 0.5, -3, 5, -0.25, -1, 0, 3, -2), 3)]).toEqual([
      -2.5, 0, 4,
    ]);
  });

  test('k-means looks at no more weights than it is told to', () => {
    // Every second weight is 1, 1, 2 or 2; of all, the 8s have the upper level for themselves.
    const weights = Float32Array.of(1, 8, 1, 8, 2, 8, 2, 8);
    expect([...kMeans({ sample: 4 })(weights, 2)]).toEqual([0, 1.5]);
    expect([...kMeans({ sample: 8 })(weights, 2)]).toEqual([0, 8]);
    expect(kMeans({ sample: Infinity })(weights, 2)).toEqual(kMeans()(weights, 2));
  });
});

const SHAPES = {
  normal,
  laplacian,
  uniform: (random: () => number) => random() - 0.5,
  'normal beside zero': (random: () => number) => normal(random) + 1,
};

describe.each(Object.entries(WEIGHT_QUANTIZERS))('%s', (name, { scheme, summary }) => {
  test('is told about in one line', () => {
    expect(summary).toMatch(/^[^\n]{10,100}[^.\n]$/);
    expect(WEIGHT_SCHEMES[name as keyof typeof WEIGHT_SCHEMES]).toBe(scheme);
  });

  test('any finite weights: ascending, 0 once, at most as many as asked for, the same each time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, -1)),
          {
            maxLength: 100,
          },
        ),
        fc.integer({ min: 2, max: 256 }),
        (values, count) => {
          const weights = Float32Array.from(values);
          const levels = scheme(weights, count);
          expect(flaws(levels, count)).toEqual([]);
          expect([...weights]).toEqual(values.map(Math.fround));
          expect(scheme(weights, count)).toEqual(levels);
        },
      ),
    );
  });

  test.each([
    ['none', []],
    ['one', [3]],
    ['one below zero', [-3]],
    ['all zero', [0, -0, 0]],
    ['all equal', [2, 2, 2, 2, 2]],
    ['the largest', [3.4028234663852886e38, -3.4028234663852886e38]],
    ['the smallest', [1.401298464324817e-45, -1.401298464324817e-45]],
  ])('%s, at every count', (_what, values) => {
    for (let count = 2; count <= 256; count++) {
      expect(flaws(scheme(Float32Array.from(values), count), count)).toEqual([]);
    }
  });

  test('weights that are all zero, and none, have the level 0', () => {
    for (const count of [2, 3, 4, 256]) {
      expect([...scheme(new Float32Array(9), count)]).toEqual([0]);
      expect([...scheme(new Float32Array(0), count)]).toEqual([0]);
    }
  });

  test.each(Object.entries(SHAPES))('levels of %s weights grow with them', (_shape, value) => {
    const weights = draw(1, 3000, value);
    for (const count of [2, 3, 8, 17]) {
      const levels = scheme(weights, count);
      for (const factor of [1e-6, 0.37, 8, 3e5]) {
        const scaled = scheme(
          weights.map((weight) => factor * weight),
          count,
        );
        const size = factor * Math.max(...levels.map(Math.abs));
        expectClose(
          scaled.map((level) => level / size),
          Array.from(levels, (level) => (factor * level) / size),
          5,
        );
      }
    }
  });
});

test.each(Object.entries(SHAPES))(
  'steps: no step in sight has a smaller error on %s weights',
  (_shape, value) => {
    const weights = draw(6, 1000, value);
    for (const count of [3, 4, 5, 8, 17]) {
      const least = meanSquaredError(weights, WEIGHT_SCHEMES.steps(weights, count)) * (1 - 1e-6);
      const largest = WEIGHT_SCHEMES.uniform(weights, count);
      for (let share = 1; share <= 40; share++) {
        const levels = largest.map((level) => (level * share) / 40);
        expect(meanSquaredError(weights, levels)).toBeGreaterThanOrEqual(least);
      }
    }
  },
);

test('powers: no step in sight has a smaller error; up to five levels they are steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 1, max: 4000 }),
      (values, count, other) => {
        const weights = Float32Array.from(values);
        const levels = WEIGHT_SCHEMES.powers(weights, count);
        if (count <= 5) expect(levels).toEqual(WEIGHT_SCHEMES.steps(weights, count));
        if (levels.length === 1) return;
        const above = [1, 2, 4, 8].slice(0, Math.floor(count / 2));
        const below = above.slice(0, Math.floor((count - 1) / 2));
        const multiples = (step: number) =>
          Float32Array.from([...below.map((k) => -k).reverse(), 0, ...above], (k) => k * step);
        expect(levels).toEqual(multiples(levels[below.length + 1] ?? NaN));
        // The step is rounded to 32 bits.
        const least = meanSquaredError(weights, levels) * (1 - 1e-6);
        expect(meanSquaredError(weights, multiples(other / 4))).toBeGreaterThanOrEqual(least);
      },
    ),
  );
});

test.each(Object.entries(SHAPES))(
  'k-means: no larger squared error than fixed levels on %s weights',
  (_shape, value) => {
    for (let seed = 0; seed < 20; seed++) {
      const weights = draw(seed, 1000, value);
      for (const count of [3, 5, 8, 16]) {
        const error = meanSquaredError(weights, WEIGHT_SCHEMES['k-means'](weights, count));
        expect(error).toBeLessThan(meanSquaredError(weights, WEIGHT_SCHEMES.uniform(weights, count)) * 1.01);
      }
    }
  },
);

test('steps: at every odd count equally spaced to the bit of the step, and no step has a smaller squared error', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 4000 }),
      (values, n, other) => {
        const weights = Float32Array.from(values);
        const levels = WEIGHT_SCHEMES.steps(weights, 2 * n + 1);
        const multiples = (step: number) =>
          Float32Array.from({ length: 2 * n + 1 }, (_, i) => (i - n) * step + 0);
        if (values.every((value) => value === 0)) return;
        expect(levels).toEqual(multiples(levels[n + 1] ?? NaN));
        // The step is rounded to 32 bits.
        const least = meanSquaredError(weights, levels) * (1 - 1e-6);
        expect(meanSquaredError(weights, multiples(other / 4))).toBeGreaterThanOrEqual(least);
      },
    ),
  );
});

test('the Gaussian levels have the least squared error on normal weights', () => {
  const weights = draw(3, 20_000, normal);
  for (const count of [3, 5, 9]) {
    const { gaussian, laplacian: laplace, uniform } = WEIGHT_SCHEMES;
    const error = meanSquaredError(weights, gaussian(weights, count));
    const stretched = gaussian(weights, count).map((level, k) => (k % 2 === 0 ? 1.05 : 0.98) * level);
    expect(error).toBeLessThan(meanSquaredError(weights, laplace(weights, count)));
    expect(error).toBeLessThan(meanSquaredError(weights, uniform(weights, count)));
    expect(error).toBeLessThan(meanSquaredError(weights, stretched));
  }
});

test('the Laplacian levels have equal shares of Laplacian weights between them', () => {
  const weights = draw(4, 50_000, laplacian);
  for (const count of [3, 5, 9]) {
    const levels = WEIGHT_SCHEMES.laplacian(weights, count);
    levels.subarray(1).forEach((level, k) => {
      const between = weights.filter((weight) => weight > (levels[k] ?? 0) && weight <= level);
      expect(between.length / weights.length).toBeCloseTo(1 / count, 2);
    });
  }
});
