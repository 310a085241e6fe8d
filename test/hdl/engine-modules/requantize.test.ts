import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { word } from '../words.js';

const RUNS = { numRuns: 25 };

describeWithTool(['iverilog', 'vvp'], 'the requantizer', () => {
  it('shifts are clamped, thresholds counted', () => {
    const sum = fc.integer({ min: -2048, max: 2047 });
    const shifting = fc
      .record({ shift: fc.integer({ min: 0, max: 3 }), last: fc.integer({ min: 0, max: 7 }), sum, word: sum })
      .map(({ shift, last, sum: s, word: w }) => [
        {
          fields: { thresholds: 0, first: 1, shift, last, sum: s, word: w },
          index: Math.min(last, Math.max(0, Math.floor((s + w) / 2 ** (4 + shift)))),
        },
      ]);
    const counting = fc
      .record({ sum, words: fc.array(sum, { minLength: 1, maxLength: 7 }) })
      .map(({ sum: s, words }) =>
        words.map((w, at) => ({
          fields: { thresholds: 1, first: Number(at === 0), shift: 0, last: 7, sum: s, word: w },
          index: words.slice(0, at + 1).filter((one) => s + one >= 0).length,
        })),
      );
    fc.assert(
      fc.property(fc.array(fc.oneof(shifting, counting), { minLength: 1, maxLength: 60 }), (sequences) => {
        const clocks = sequences.flat();
        const words = clocks.map(({ fields: { thresholds, first, shift, last, sum: s, word: w } }) =>
          word([
            [thresholds, 1],
            [first, 1],
            [shift, 2],
            [last, 3],
            [s, 12],
            [w, 12],
          ]),
        );
        expect(
          runBench(
            'engine-modules/requantize_bench',
            { CLOCKS: clocks.length },
            { 'requantize.hex': words.join('\n') },
          ),
        ).toEqual(clocks.map(({ fields, index }) => `${fields.sum + fields.word} ${index}`));
      }),
      RUNS,
    );
  });
});
