import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  horner,
  shiftAdd,
  signedDigits,
  type ShiftAdd,
} from '../../../toolkit/firmware/kernels/shift-add.js';

const factor = fc.integer({ min: -2000, max: 2000 }).filter((value) => value !== 0);
const terms = fc
  .array(fc.tuple(factor, fc.integer({ min: 0, max: 510 })), { minLength: 1, maxLength: 16 })
  .map((list) => list.filter(([value], i) => list.findIndex(([other]) => other === value) === i));

/** The value of generated C, whose operators mean the same in JavaScript, modulo 2^32; TABLIZE_SHL shifts. */
function evaluate({ sums, result }: ShiftAdd, names: readonly string[], values: readonly number[]): number {
  const body = [...sums.map(({ name, value }) => `const ${name} = ${value};`), `return ${result};`].join(
    '\n',
  );
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function('TABLIZE_SHL', ...names, body) as (...given: unknown[]) => number;
  const shift = (value: number, places: number): number => value << places;
  return run(shift, ...values) >>> 0;
}

describe('sums of products with constants, by shifts and additions', () => {
  it('have signed digits that add up, no two of them neighbours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 24 }), (value) => {
        const digits = signedDigits(value);
        expect(digits.reduce((sum, { sign, shift }) => sum + sign * 2 ** shift, 0)).toBe(value);
        digits.forEach(({ shift }, i) => {
          if (i > 0) expect(shift - (digits[i - 1]?.shift ?? 0)).toBeGreaterThan(1);
        });
      }),
    );
  });

  it.each([
    ['term by term', shiftAdd],
    ['digit by digit', horner],
  ])('%s give the sum of products', (_how, make) => {
    fc.assert(
      fc.property(terms, (list) => {
        const names = list.map((_, k) => `s${k}`);
        const values = list.map(([, value]) => value);
        const sum = list.reduce((so, [by, value]) => so + by * value, 0);
        expect(
          evaluate(
            make(
              list.map(([by]) => by),
              names,
            ),
            names,
            values,
          ),
        ).toBe(sum >>> 0);
      }),
    );
  });

  it('add up what has the same odd part before it is multiplied', () => {
    expect(shiftAdd([-6, 3, 12], ['a', 'b', 'c'])).toEqual({
      sums: [{ name: 'times_3', value: 'b + TABLIZE_SHL(c, 2) - TABLIZE_SHL(a, 1)' }],
      result: 'TABLIZE_SHL(times_3, 2) - times_3',
      additions: 3,
      shifts: 3,
    });
  });
});
