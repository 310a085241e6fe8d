import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activate, ACTIVATIONS, type ActivationName } from '../../toolkit/model/activations.js';

const names = Object.keys(ACTIVATIONS) as ActivationName[];
/** Where an activation is flat on one side and not on the other, it has no slope. */
const corners: Readonly<Partial<Record<ActivationName, readonly number[]>>> = {
  relu: [0],
  relu6: [0, 6],
  hardTanh: [-1, 1],
  hardSigmoid: [-2.5, 2.5],
  softsign: [0],
};
const anywhere = fc.double({ min: -8, max: 8, noNaN: true });

describe.each(names)('%s', (name) => {
  const { apply, slope, inverse, least, greatest } = ACTIVATIONS[name];
  const far = (x: number): boolean => (corners[name] ?? []).every((corner) => Math.abs(x - corner) > 1e-3);

  test('never falls, and gives nothing outside its range', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        expect(apply(Math.min(a, b))).toBeLessThanOrEqual(apply(Math.max(a, b)));
        expect(apply(a)).toBeGreaterThanOrEqual(least);
        expect(apply(a)).toBeLessThanOrEqual(greatest);
      }),
    );
  });

  test('is undone by its inverse, where it rises', () => {
    fc.assert(
      fc.property(anywhere.filter(far), (x) => {
        fc.pre(slope(x) > 1e-3);
        expect(inverse(apply(x))).toBeCloseTo(x, 9);
      }),
    );
  });

  test('reaches a value at its inverse and not before', () => {
    const [from, to] = [Math.max(least, -8), Math.min(greatest, 8)];
    fc.assert(
      fc.property(fc.double({ min: from, max: to, minExcluded: true, noNaN: true }), (y) => {
        fc.pre(y > from + 1e-6 && y < to - 1e-6);
        const x = inverse(y);
        expect(apply(x)).toBeCloseTo(y, 9);
        expect(apply(x - 1e-3)).toBeLessThan(y);
      }),
    );
  });

  test('has the slope of its differences', () => {
    fc.assert(
      fc.property(anywhere.filter(far), (x) => {
        expect(slope(x)).toBeCloseTo((apply(x + 1e-5) - apply(x - 1e-5)) / 2e-5, 6);
      }),
    );
  });

  test('is what activate gives', () => {
    expect(activate(name, 0.3)).toBe(apply(0.3));
  });
});

test.each<[ActivationName, number, number]>([
  ['linear', -3, -3],
  ['relu', -3, 0],
  ['relu', 7, 7],
  ['relu6', 7, 6],
  ['tanh', 1, 0.7615941559557649],
  ['sigmoid', 1, 0.7310585786300049],
  ['hardTanh', 0.5, 0.5],
  ['hardTanh', -7, -1],
  ['hardSigmoid', 1, 0.7],
  ['hardSigmoid', -2.5, 0],
  ['hardSigmoid', 9, 1],
])('%s of %d is %d', (name, x, y) => {
  expect(activate(name, x)).toBeCloseTo(y, 14);
});
