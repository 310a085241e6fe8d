import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACTIVATION_QUANTIZERS,
  ACTIVATION_SCHEMES,
  type ActivationRange,
} from '../../../toolkit/quantize/quantizers/index.js';
import { draw, flaws, laplacian, meanSquaredError, normal } from './samples.js';

const RANGES = {
  relu: { least: 0, greatest: Infinity },
  relu6: { least: 0, greatest: 6 },
  tanh: { least: -1, greatest: 1 },
  sigmoid: { least: 0, greatest: 1 },
  linear: { least: -Infinity, greatest: Infinity },
} as const satisfies Record<string, ActivationRange>;
const { relu, relu6, tanh, sigmoid, linear } = RANGES;

const expectClose = (found: ArrayLike<number>, expected: readonly number[], digits = 4) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, k) => expect(found[k]).toBeCloseTo(value, digits));
};
const within = (range: ActivationRange, values: Float32Array): Float32Array =>
  values.map((value) => Math.min(Math.max(value, range.least), range.greatest));

describe('fixed, hand-computed', () => {
  const fixed = (count: number, range: ActivationRange) =>
    ACTIVATION_SCHEMES.fixed(Float32Array.of(99), count, range);

  test('from 0: step = greatest / (count - 1), with 6 for Infinity', () => {
    expect([...fixed(4, relu6)]).toEqual([0, 2, 4, 6]);
    expect([...fixed(4, relu)]).toEqual([0, 2, 4, 6]);
    expect([...fixed(5, sigmoid)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect([...fixed(2, sigmoid)]).toEqual([0, 1]);
  });

  test('signed: tanhD for an odd count; an even one leaves out the level that would lie outside', () => {
    expect([...fixed(5, tanh)]).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect([...fixed(6, tanh)]).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect([...fixed(2, tanh)]).toEqual([0, 1]);
    expect([...fixed(5, linear)]).toEqual([-6, -3, 0, 3, 6]);
    // A linear function has values beyond 6.
    expect([...fixed(6, linear)]).toEqual([-6, -3, 0, 3, 6, 9]);
    // Of an exponential linear unit: one level reaches -1, six reach 6.
    expect([...fixed(8, { least: -1, greatest: Infinity })]).toEqual([-1, 0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('uniform, hand-computed', () => {
  const { uniform } = ACTIVATION_SCHEMES;

  test('reaches the 99.8 % quantile of the positive values', () => {
    // 1000 positive values 0.01 .. 10, then two that are cut off: rank ceil(0.998 * 1002) = 1000.
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i + 1) / 100);
    const outliers = Float32Array.of(...values, 50, 70, ...new Float32Array(5000));
    expectClose(uniform(outliers, 5, relu), [0, 2.5, 5, 7.5, 10], 5);
    expectClose(uniform(within(relu6, outliers), 4, relu6), [0, 2, 4, 6], 5);
  });

  test('signed: the step is the smallest with which both ends are reached', () => {
    expectClose(uniform(Float32Array.of(-1, 3), 5, linear), [-1, 0, 1, 2, 3], 6);
    // The fifth level makes no step smaller; it is for values that were not seen.
    expectClose(uniform(Float32Array.of(-1, 2), 5, linear), [-1, 0, 1, 2, 3], 6);
    expectClose(uniform(Float32Array.of(-1, -3), 4, linear), [-3, -2, -1, 0], 6);
    expectClose(uniform(Float32Array.of(1, 3), 4, linear), [0, 1, 2, 3], 6);
    expectClose(uniform(Float32Array.of(-1, 3), 2, linear), [0, 3], 6);
    expectClose(uniform(Float32Array.of(-3, 1), 2, linear), [-3, 0], 6);
  });

  test('never beyond the range', () => {
    // Four levels of 0.26 below 0 would be at -1.04; a third as step keeps to the range.
    expectClose(
      uniform(Float32Array.of(-0.99, 0.78), 8, tanh),
      [-0.99, -0.66, -0.33, 0, 0.33, 0.66, 0.99],
      6,
    );
    // Here the fourth fits.
    expectClose(
      uniform(Float32Array.of(-0.99, 0.72), 8, tanh),
      [-0.99, -0.7425, -0.495, -0.2475, 0, 0.2475, 0.495, 0.7425],
      6,
    );
  });

  test('values that are almost all 0 still have levels', () => {
    const values = new Float32Array(10_000);
    values[5000] = 4;
    expect([...uniform(values, 3, linear)]).toEqual([0, 2, 4]);
  });
});

describe('parametric, hand-computed', () => {
  const { parametric } = ACTIVATION_SCHEMES;

  test("equal values are nearest to half-normal: Max's table times sqrt(mean y^2)", () => {
    const ones = Float32Array.of(0, 0, 2, 2, 0, 2);
    expectClose(parametric(ones, 2, relu), [0, 2 * 1.22401], 4);
    expectClose(parametric(ones, 3, relu), [0, 2 * 0.76457, 2 * 1.72415], 4);
    expectClose(parametric(ones, 4, relu), [0, 2 * 0.56058, 2 * 1.18815, 2 * 2.03337], 4);
  });

  test('rare large values are nearest to exponential: its table times the mean', () => {
    // Mean 3, root mean square 4.58: more than 1.32 times as much.
    const rare = Float32Array.of(1, 1, 0, 0, 1, 9);
    expectClose(parametric(rare, 2, relu), [0, 6], 5);
    expectClose(parametric(rare, 3, relu), [0, 3 * 1.18725, 3 * 3.18725], 4);
  });

  test('two-sided: Laplacian and Gaussian, half of the levels for either side', () => {
    expectClose(
      parametric(Float32Array.of(-1, 1, 0), 5, linear),
      [-1.72415, -0.76457, 0, 0.76457, 1.72415],
      4,
    );
    const rare = Float32Array.of(1, 1, 1, 9, -1, -1, -1, -9);
    expectClose(parametric(rare, 5, linear), [-9.56175, -3.56175, 0, 3.56175, 9.56175], 4);
  });

  test('levels go where the error is: none to a side that is next to 0', () => {
    const values = Float32Array.of(-0.001, 2, 2, 2, 2, 2, 2);
    expectClose(parametric(values, 3, linear), [0, 2 * 0.76457, 2 * 1.72415], 4);
    expectClose(
      parametric(
        values.map((value) => -value),
        3,
        linear,
      ),
      [-2 * 1.72415, -2 * 0.76457, 0],
      4,
    );
  });

  test('the range cuts the distribution off: what is beyond counts at the end', () => {
    // Exponential with mean 17 / 12, cut off at 6 = cap * mean: x = a + 1 - e^(a - cap), a = x / 2.
    const mean = 8.5 / 6;
    const [zero, level = 0] = parametric(Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 6), 2, relu6);
    expect(zero).toBe(0);
    const x = level / mean;
    expect(x).toBeCloseTo(x / 2 + 1 - Math.exp(x / 2 - 6 / mean), 5);
    expect(x).toBeLessThan(2);
  });

  test('close to the best levels on values of its distributions', () => {
    for (const value of [normal, laplacian]) {
      const values = draw(5, 20_000, value);
      for (const count of [3, 8, 15]) {
        for (const [range, seen] of [
          [linear, values],
          [relu, within(relu, values)],
        ] as const) {
          const best = meanSquaredError(seen, ACTIVATION_SCHEMES['lloyd-max'](seen, count, range));
          expect(meanSquaredError(seen, parametric(seen, count, range))).toBeLessThan(1.1 * best);
        }
      }
    }
  });
});

describe('lloyd-max, hand-computed', () => {
  const lloydMax = ACTIVATION_SCHEMES['lloyd-max'];

  test('the means of what is nearest', () => {
    // 1 belongs to 0, 9 and 11 to 10: error 1 + 0 + 2. With 1 and 3 at 2 it would be 4.
    expect([...lloydMax(Float32Array.of(9, 0, 3, 1, 0, 11), 3, relu)]).toEqual([0, 3, 10]);
    expect([...lloydMax(Float32Array.of(-9, 0, -3, 1, 0, -11), 3, linear)]).toEqual([-10, -3, 0]);
  });

  test('as many levels as there are different values make no error', () => {
    const values = Float32Array.of(6, 6, 6, 6, 6, 6, 6, 6, 0.5, 0, 0, 0, 3, 1);
    expect([...lloydMax(values, 5, relu6)]).toEqual([0, 0.5, 1, 3, 6]);
    expect([...lloydMax(values, 200, relu6)].filter((level) => values.includes(level))).toHaveLength(5);
  });
});

const IMAGES: Readonly<Record<keyof typeof RANGES, (value: number) => number>> = {
  relu: (value) => Math.max(value, 0),
  relu6: (value) => Math.min(Math.max(3 * value, 0), 6),
  tanh: (value) => Math.tanh(2 * value),
  sigmoid: (value) => 1 / (1 + Math.exp(-2 * value)),
  linear: (value) => value + 0.3,
};

describe.each(Object.entries(ACTIVATION_QUANTIZERS))('%s', (name, { scheme, summary }) => {
  test('is told about in one line', () => {
    expect(summary).toMatch(/^[^\n]{10,100}[^.\n]$/);
    expect(ACTIVATION_SCHEMES[name as keyof typeof ACTIVATION_SCHEMES]).toBe(scheme);
  });

  test.each(Object.entries(RANGES))(
    'any values of %s: ascending, inside the range, 0 once, at most as many as asked for, the same each time',
    (_function, range) => {
      fc.assert(
        fc.property(
          fc.array(
            fc.oneof(
              fc.float({ noNaN: true, noDefaultInfinity: true }),
              fc.float({ noNaN: true, min: -8, max: 8 }),
              fc.constantFrom(0, -0, 1, -1),
            ),
            { maxLength: 60 },
          ),
          fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 256 })),
          (drawn, count) => {
            const values = within(range, Float32Array.from(drawn));
            const kept = values.slice();
            const levels = scheme(values, count, range);
            expect(flaws(levels, count)).toEqual([]);
            expect(levels.every((level) => level >= range.least && level <= range.greatest)).toBe(true);
            expect(values).toEqual(kept);
            expect(scheme(values, count, range)).toEqual(levels);
          },
        ),
      );
    },
  );

  test('nothing seen, and nothing but 0 seen', () => {
    for (const range of Object.values(RANGES)) {
      for (const values of [new Float32Array(0), new Float32Array(7)]) {
        for (const count of [2, 3, 8, 256]) {
          const levels = scheme(values, count, range);
          expect(flaws(levels, count)).toEqual([]);
          if (name !== 'fixed') expect([...levels]).toEqual([0]);
        }
      }
    }
  });

  test.each(Object.entries(IMAGES))('levels of %s grow with values and range', (key, image) => {
    const range = RANGES[key as keyof typeof RANGES];
    const finite = { least: Math.max(range.least, -9), greatest: Math.min(range.greatest, 9) };
    const values = draw(7, 2000, normal).map(image);
    for (const count of [2, 3, 8, 16]) {
      const levels = scheme(values, count, finite);
      for (const factor of [1e-5, 0.37, 8, 3e4]) {
        const scaled = scheme(
          values.map((value) => factor * value),
          count,
          { least: factor * finite.least, greatest: factor * finite.greatest },
        );
        expectClose(
          scaled.map((level) => level / factor),
          [...levels],
          4,
        );
      }
    }
  });

  test.each(Object.entries(RANGES))(
    'lloyd-max has no larger squared error on values of %s',
    (_function, range) => {
      fc.assert(
        fc.property(
          fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 60 }),
          fc.integer({ min: 2, max: 20 }),
          (drawn, count) => {
            const values = within(range, Float32Array.from(drawn));
            const best = meanSquaredError(values, ACTIVATION_SCHEMES['lloyd-max'](values, count, range));
            const other = meanSquaredError(values, scheme(values, count, range));
            expect(best).toBeLessThanOrEqual(other * (1 + 1e-5) + 1e-9);
          },
        ),
      );
    },
  );
});

test('on values of the usual functions, more levels and more knowledge mean less error', () => {
  for (const [key, image] of Object.entries(IMAGES)) {
    const range = RANGES[key as keyof typeof RANGES];
    const values = draw(9, 5000, normal).map(image);
    const error = (name: keyof typeof ACTIVATION_SCHEMES, count: number) =>
      meanSquaredError(values, ACTIVATION_SCHEMES[name](values, count, range));
    for (const count of [4, 8]) {
      expect(error('lloyd-max', count)).toBeLessThan(error('uniform', count));
      expect(error('uniform', count)).toBeLessThanOrEqual(1.01 * error('fixed', count));
      for (const name of ['uniform', 'parametric', 'lloyd-max'] as const) {
        expect(error(name, 2 * count)).toBeLessThan(error(name, count) / 2);
      }
    }
  }
});
