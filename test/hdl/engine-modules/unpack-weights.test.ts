import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedTriple } from '../../../toolkit/hdl/weight-store.js';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { fields, range, word } from '../words.js';

const NONE = 4;

/** The codes in seven bits {none, c, b, a}, as the table at the top of unpack_weights.v says. */
function triple(seven: number): readonly number[] {
  const [a, b, c] = [seven & 3, (seven >> 2) & 3, (seven >> 4) & 3];
  if (seven >> 6 === 0) return [a, b, c];
  if (a === 0) return [NONE, b, c];
  if (a === 1) return [b, NONE, c];
  if (a === 2) return [c, b, NONE];
  return range(3).map((lane) => (lane === b ? c : NONE));
}

describe('three codes in seven bits', () => {
  it('are there for each three of 0 to 4', () => {
    const all = range(125).map((n) => [n % 5, Math.floor(n / 5) % 5, Math.floor(n / 25)] as const);
    expect(all.map((codes) => triple(packedTriple(...codes)))).toEqual(all);
  });
});

describeWithTool(['iverilog', 'vvp'], 'the unpacking of weights', () => {
  const bench = 'engine-modules/unpack_weights_bench';

  it.each(range(8).map((n) => n + 1))('of %i lanes: threes in seven bits, the rest in three', (lanes) => {
    const [triples, rest] = [Math.floor(lanes / 3), lanes % 3];
    // All 128 patterns in each place, others in the places beside it.
    const stored = range(128).map((n) => ({
      sevens: range(triples).map((place) => (n * (2 * place + 1) + 41 * place) % 128),
      codes: range(rest).map((place) => (n + place) % 5),
    }));
    const parameters = { LANES: lanes, PACKED: 1, STORED_BITS: 7 * triples + 3 * rest, WORDS: stored.length };
    const words = stored.map(({ sevens, codes }) => word([...fields(codes, 3), ...fields(sevens, 7)]));
    const lines = runBench(bench, parameters, { 'stored.hex': words.join('\n') });
    // Codes of 4 or more are those without a product.
    expect(lines.map((line) => line.replace(/[5-7]/g, '4'))).toEqual(
      stored.map(({ sevens, codes }) => [...sevens.flatMap(triple), ...codes].join('')),
    );
  });

  it('of weights that are not packed: each in bits of its own', () => {
    const stimulus = fc
      .record({ lanes: fc.integer({ min: 1, max: 9 }), bits: fc.integer({ min: 1, max: 3 }) })
      .chain(({ lanes, bits }) => {
        const codes = fc.array(fc.nat({ max: 2 ** bits - 1 }), { minLength: lanes, maxLength: lanes });
        return fc.record({
          lanes: fc.constant(lanes),
          bits: fc.constant(bits),
          lists: fc.array(codes, { minLength: 1, maxLength: 40 }),
        });
      });
    fc.assert(
      fc.property(stimulus, ({ lanes, bits, lists }) => {
        const sizes = { LANES: lanes, WEIGHT_BITS: bits, STORED_BITS: lanes * bits };
        const words = lists.map((codes) => word(fields(codes, bits)));
        expect(
          runBench(bench, { ...sizes, PACKED: 0, WORDS: words.length }, { 'stored.hex': words.join('\n') }),
        ).toEqual(lists.map((codes) => codes.join('')));
      }),
      { numRuns: 8 },
    );
  });
});
