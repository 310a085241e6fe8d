import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { word } from '../words.js';

interface Clock {
  readonly clear: boolean;
  readonly take: boolean;
  readonly close: boolean;
  readonly activation: number;
}

/** What is held after each clock; nobody knows before a window is over. */
function heldAfter(clocks: readonly Clock[]): string[] {
  let window: readonly number[] = [];
  let held = 'x';
  return clocks.map(({ clear, take, close, activation }) => {
    if (close) held = String(Math.max(0, ...window));
    if (close || clear) window = [];
    if (take) window = [...window, activation];
    return held;
  });
}

describeWithTool(['iverilog', 'vvp'], 'max pooling', () => {
  const seldom = fc.nat({ max: 7 }).map((n) => n === 0);
  it('holds the largest activation of each window, whenever windows end and begin', () => {
    const stimulus = fc.integer({ min: 1, max: 5 }).chain((bits) =>
      fc.record({
        bits: fc.constant(bits),
        clocks: fc.array(
          fc.record({
            clear: seldom,
            take: fc.boolean(),
            close: seldom,
            activation: fc.integer({ min: 0, max: 2 ** bits - 1 }),
          }),
          { minLength: 100, maxLength: 300 },
        ),
      }),
    );
    fc.assert(
      fc.property(stimulus, ({ bits, clocks }) => {
        const all = [{ clear: true, take: false, close: false, activation: 0 }, ...clocks];
        const words = all.map(({ clear, take, close, activation }) =>
          word([
            [clear, 1],
            [take, 1],
            [close, 1],
            [activation, bits],
          ]),
        );
        expect(
          runBench(
            'engine-modules/largest_bench',
            { INDEX_BITS: bits, CLOCKS: all.length },
            { 'largest.hex': words.join('\n') },
          ),
        ).toEqual(heldAfter(all));
      }),
      { numRuns: 10 },
    );
  });
});
