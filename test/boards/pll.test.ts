import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { loadBoard, pllFor, withChanges } from '../../toolkit/boards/index.js';

describe('the dividers of a PLL', () => {
  it('are those that icepll names for 12 and 16 MHz', () => {
    expect(pllFor(12e6, 18e6)).toEqual({ divr: 0, divf: 47, divq: 5, filterRange: 1 });
    expect(pllFor(12e6, 48e6)).toEqual({ divr: 0, divf: 63, divq: 4, filterRange: 1 });
    expect(pllFor(16e6, 32e6)).toEqual({ divr: 0, divf: 63, divq: 5, filterRange: 1 });
  });

  it('make exactly what is asked for, within what the part allows, or there are none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 140 }), fc.integer({ min: 1, max: 300 }), (from, to) => {
        const pll = pllFor(from * 1e6, to * 1e6);
        if (pll === null) return;
        const detector = from / (pll.divr + 1);
        const oscillator = detector * (pll.divf + 1);
        expect(oscillator / 2 ** pll.divq).toBeCloseTo(to, 9);
        expect(oscillator).toBeGreaterThanOrEqual(533);
        expect(oscillator).toBeLessThanOrEqual(1066);
        expect(detector).toBeGreaterThanOrEqual(10);
        expect(pll.divf).toBeLessThan(128);
      }),
    );
  });

  it('are asked for by --clock', () => {
    expect(withChanges(loadBoard('icestick'), { clockHz: 36e6 }).clockHz).toBe(36e6);
    for (const [board, clock] of [
      ['icestick', 13.7e6],
      ['icestick', 12.5e6],
      ['ulx3s-25f', 50e6],
      ['raspberry-pi-pico', 100e6],
    ] as const)
      expect(() => withChanges(loadBoard(board), { clockHz: clock })).toThrow(InputError);
  });
});
