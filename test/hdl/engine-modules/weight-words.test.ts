import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';

const WORDS = 16;

describeWithTool(['iverilog', 'vvp'], 'words of weights', () => {
  it.each([0, 16, 32, 48, 64])('whose lowest %i bits are in the large memory are put together', (large) => {
    const stimulus = fc.integer({ min: 1, max: 90 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        words: fc.array(fc.bigInt({ min: 0n, max: 2n ** BigInt(width) - 1n }), {
          minLength: WORDS,
          maxLength: WORDS,
        }),
        noise: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        addresses: fc.array(fc.nat({ max: WORDS - 1 }), { minLength: 20, maxLength: 60 }),
      }),
    );
    fc.assert(
      fc.property(stimulus, ({ width, words, noise, addresses }) => {
        const hex = (lines: readonly (bigint | number)[]): string =>
          lines.map((line) => line.toString(16)).join('\n');
        // Bits of the large memory that belong to no weight are not looked at.
        const foreign = noise & ~(2n ** BigInt(Math.min(width, large)) - 1n);
        const lines = runBench(
          'engine-modules/weight_words_bench',
          { WIDTH: width, WORDS, ADDRESS_BITS: 4, LARGE_BITS: large, CLOCKS: addresses.length },
          {
            'addresses.hex': hex(addresses),
            'large.hex': hex(words.map((one) => BigInt.asUintN(Math.min(width, large), one) | foreign)),
            'wide.hex': hex(words.map((one) => one >> BigInt(large))),
          },
        );
        expect(lines.map((line) => BigInt(`0x${line}`))).toEqual(addresses.map((at) => words[at]));
      }),
      { numRuns: 6 },
    );
  });
});
