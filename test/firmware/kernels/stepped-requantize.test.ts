import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steppedRequantize } from '../../../toolkit/firmware/kernels/stepped-requantize.js';

const index = (thresholds: readonly number[], sum: number): number =>
  thresholds.filter((threshold) => threshold <= sum).length;

const range = ({ min, max }: { min: number; max: number }): number[] =>
  Array.from({ length: max - min + 1 }, (_, i) => min + i);

const thresholds = (first: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => first + k * step);

function stepped(row: readonly number[], bounds: { min: number; max: number }, canBeNarrow = true) {
  const requantize = { kind: 'thresholds' as const, values: [row] };
  return steppedRequantize({ channels: [bounds], final: bounds }, requantize, canBeNarrow);
}

describe('requantization by equal steps', () => {
  it('gives the index that the thresholds give, for every sum within bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: -400, max: 400 }),
        fc.integer({ min: 0, max: 7 }),
        fc.constantFrom(2, 4, 8, 16),
        fc.boolean(),
        (min, span, first, shift, levels, canBeNarrow) => {
          const bounds = { min, max: min + span };
          const row = thresholds(first, 2 ** shift, levels - 1);
          const found = stepped(row, bounds, canBeNarrow);
          expect(found).not.toBeNull();
          const [offset = 0, by] = [found?.offsets[0], found?.by];
          const places = by?.narrow[0] === true ? 128 : 32_768;
          for (const sum of range(bounds)) {
            const moved = sum + offset;
            expect(moved >= -places && moved < places).toBe(true);
            const steps = moved >> (by?.shifts[0] ?? 0);
            expect(Math.min(levels - 1, Math.max(0, steps))).toBe(index(row, sum));
          }
        },
      ),
    );
  });

  it('passes over thresholds that no sum tells apart', () => {
    const found = stepped([-500, 0, 8], { min: -5, max: 20 });
    expect(found?.by).toEqual({ kind: 'steps', levels: 4, shifts: [3], narrow: [true] });
    expect(stepped([4, 12, 500], { min: 0, max: 15 })?.by.shifts).toEqual([3]);
    expect(stepped([500, 600, 700], { min: 0, max: 15 })).not.toBeNull();
    expect(stepped([-3, -2, -1], { min: 0, max: 15 })).not.toBeNull();
  });

  it('is there for no other thresholds', () => {
    const bounds = { min: -100, max: 100 };
    expect(stepped([0, 8, 17], bounds)).toBeNull();
    expect(stepped([0, 6, 12], bounds)).toBeNull();
    expect(stepped([0, 8], bounds)).toBeNull();
    expect(stepped(thresholds(0, 2 ** 14, 7), { min: -100_000, max: 100_000 })).toBeNull();
  });

  it('is narrow where sums fit a byte, and may be', () => {
    const row = [0, 8, 16];
    expect(stepped(row, { min: -100, max: 100 })?.by.narrow).toEqual([true]);
    expect(stepped(row, { min: -100, max: 100 }, false)?.by.narrow).toEqual([false]);
    expect(stepped(row, { min: -200, max: 100 })?.by.narrow).toEqual([false]);
  });
});
