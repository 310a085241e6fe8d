import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundaries,
  nudgeToGrid,
  type BoundaryGrid,
} from '../../../toolkit/quantize/quantizers/level-boundaries.js';
import { levelsAt, nearestLevels } from '../../../toolkit/quantize/weight-levels.js';

const lookUp = ({ dx, first, bins }: BoundaryGrid, y: number): number | undefined =>
  bins[Math.min(Math.max(Math.floor((y - first) / dx), 0), bins.length - 1)];

describe('hand-computed', () => {
  test('boundaries are half-way', () => {
    expect(boundaries(Float32Array.of(-2, 0, 1, 5))).toEqual([-1, 0.5, 3]);
    expect(boundaries(Float32Array.of(0))).toEqual([]);
  });

  test('equally spaced levels have one bin each, however many bins there may be', () => {
    for (const most of [4, 5, 16, 1000]) {
      expect(nudgeToGrid([0.5, 1.5, 2.5], most)).toEqual({ dx: 1, first: -0.5, bins: [0, 1, 2, 3] });
    }
  });

  test('a common divisor of the gaps moves nothing', () => {
    expect(nudgeToGrid([1, 2, 4], 16)).toEqual({ dx: 1, first: 0, bins: [0, 1, 2, 2, 3] });
    expect(nudgeToGrid([-2, 4, 8], 16)).toEqual({ dx: 2, first: -4, bins: [0, 1, 1, 1, 2, 2, 3] });
  });

  test('without one the boundaries move to the nearest lines', () => {
    // Two steps of 1.45 would move the middle one by 0.45, three of 2.9 / 3 by 0.033.
    const { dx, first, bins } = nudgeToGrid([0, 1, 2.9], 5);
    expect(dx).toBeCloseTo(2.9 / 3, 12);
    expect(first).toBeCloseTo(-2.9 / 3, 12);
    expect(bins).toEqual([0, 1, 2, 2, 3]);
    expect(nudgeToGrid([0, 1, 2.9], 4).bins).toEqual([0, 1, 2, 3]);
  });

  test('boundaries are kept apart before they are kept in place', () => {
    // Two steps of 5 move them by 0.41 in sum but join two. Up to 12 steps do; 13 move them by 0.74.
    const bounds = [0, 0.4, 5.01, 10];
    expect(nudgeToGrid(bounds, 15).bins).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4]);
    // Not enough bins for that: the least movement, and level 1 is not reached.
    expect(nudgeToGrid(bounds, 14)).toEqual({ dx: 5, first: -5, bins: [0, 2, 3, 4] });
  });

  test('few levels, few bins', () => {
    expect(nudgeToGrid([], 2)).toEqual({ dx: 1, first: 0, bins: [0] });
    expect(nudgeToGrid([3], 2)).toEqual({ dx: 3, first: 0, bins: [0, 1] });
    expect(nudgeToGrid([-3], 99)).toEqual({ dx: 3, first: -6, bins: [0, 1] });
    expect(nudgeToGrid([0], 2)).toEqual({ dx: 1, first: -1, bins: [0, 1] });
    expect(nudgeToGrid([1, 4, 5], 2)).toEqual({ dx: 4, first: 0, bins: [0, 3] });
  });

  test.each([1, 0, -3, 2.5, NaN])('%d bins are refused', (most) => {
    expect(() => nudgeToGrid([1, 2], most)).toThrow('a whole number of 2 or more is needed');
  });
});

describe('any levels', () => {
  const someLevels = fc
    .uniqueArray(fc.integer({ min: -2000, max: 2000 }), { minLength: 1, maxLength: 20 })
    .map((values) => Float32Array.from(values, (value) => value / 64).sort());
  const someBins = fc.integer({ min: 2, max: 300 });

  test('a table goes from the first level to the last, in at most as many bins as allowed', () => {
    fc.assert(
      fc.property(someLevels, someBins, (levels, most) => {
        const { dx, bins } = nudgeToGrid(boundaries(levels), most);
        expect(dx).toBeGreaterThan(0);
        expect(bins.length).toBeLessThanOrEqual(most);
        expect(bins[0]).toBe(0);
        expect(bins.at(-1)).toBe(levels.length - 1);
        expect(bins.every((level, bin) => bin === 0 || level >= (bins[bin - 1] ?? Infinity))).toBe(true);
      }),
    );
  });

  test('with steps as fine as the smallest gap every level is reached', () => {
    fc.assert(
      fc.property(someLevels, fc.integer({ min: 0, max: 50 }), (levels, more) => {
        const bounds = boundaries(levels);
        const gaps = bounds.slice(1).map((bound, k) => bound - (bounds[k] ?? 0));
        const span = (bounds.at(-1) ?? 0) - (bounds[0] ?? 0);
        const needed = gaps.length === 0 ? 2 : Math.ceil(span / Math.min(...gaps) + 1e-6) + 2;
        fc.pre(needed < 2000);
        const { bins } = nudgeToGrid(bounds, needed + more);
        expect(new Set(bins).size).toBe(levels.length);
      }),
    );
  });

  test('a value that is not between a boundary and its grid line has its nearest level', () => {
    fc.assert(
      fc.property(someLevels, someBins, fc.double({ min: -40, max: 40, noNaN: true }), (levels, most, y) => {
        const bounds = boundaries(levels);
        const grid = nudgeToGrid(bounds, most);
        // On the two bins alone all boundaries are at one place.
        fc.pre(grid.bins.length > 2 || bounds.length === 1);
        fc.pre(bounds.every((bound) => Math.abs(bound - y) > grid.dx / 2 + 1e-6));
        const [nearest] = nearestLevels(levels, Float32Array.of(y));
        expect(lookUp(grid, y)).toBe(nearest);
      }),
    );
  });

  test('with bins enough a table rounds as the levels do', () => {
    fc.assert(
      fc.property(someLevels, fc.double({ min: -40, max: 40, noNaN: true }), (levels, y) => {
        // Boundaries are multiples of 1/128: within 8000 bins they have a common divisor.
        const bounds = boundaries(levels);
        fc.pre(bounds.every((bound) => Math.abs(bound - y) > 1e-4));
        const grid = nudgeToGrid(bounds, 8100);
        const [rounded = NaN] = levelsAt(levels, nearestLevels(levels, Float32Array.of(y)));
        expect(levels[lookUp(grid, y) ?? -1]).toBe(rounded);
      }),
      { numRuns: 30 },
    );
  });
});
