import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packedTriple } from '../../../toolkit/hdl/weight-store.js';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { fields, range, word } from '../words.js';

const WEIGHT_BITS = 3;
const ADDRESS_BITS = 4;
/** Of narrow words, and of wide ones. */
const WORDS = 8;
const NOTHING = {
  start: false,
  first: 0,
  wide: false,
  next: false,
  rewind: false,
  begin: false,
  fill: 0,
  data: 0,
};

type Clock = typeof NOTHING;

/** A word of codes as it is stored. */
function stored(codes: readonly number[], packed: boolean): bigint {
  const threes = packed ? Math.floor(codes.length / 3) : 0;
  const sevens = range(threes).map((i) =>
    packedTriple(codes[3 * i] ?? 0, codes[3 * i + 1] ?? 0, codes[3 * i + 2] ?? 0),
  );
  return BigInt(`0x${word([...fields(codes.slice(3 * threes), WEIGHT_BITS), ...fields(sevens, 7)])}`);
}

const shape = fc.record({
  banks: fc.constantFrom(1, 2, 4),
  filters: fc.integer({ min: 1, max: 5 }),
  packed: fc.boolean(),
  largeBits: fc.constantFrom(0, 16, 32, 48, 64),
});

/** What a stage does in a clock: takes a word, goes back to the first, both, or nothing. */
const step = fc.record({ next: fc.boolean(), rewind: fc.nat({ max: 5 }).map((n) => n === 0) });
const stage = fc.record({
  wide: fc.boolean(),
  first: fc.nat({ max: WORDS - 1 }),
  steps: fc.array(step, { minLength: 1, maxLength: 20 }),
});

const stimulus = shape.chain(({ banks, filters, ...store }) => {
  const words = (lanes: number) =>
    fc.array(fc.array(fc.nat({ max: 4 }), { minLength: lanes, maxLength: lanes }), {
      minLength: WORDS,
      maxLength: WORDS,
    });
  return fc.record({
    banks: fc.constant(banks),
    filters: fc.constant(filters),
    store: fc.constant(store),
    narrow: words(filters),
    wide: words(banks * filters),
    stages: fc.array(stage, { minLength: 1, maxLength: 12 }),
  });
});

describeWithTool(['iverilog', 'vvp'], 'the memory of weights', () => {
  it('gives each stage its words, two clocks after they are asked for, wherever they are stored', () => {
    fc.assert(
      fc.property(stimulus, ({ banks, filters, store: { packed, largeBits }, narrow, wide, stages }) => {
        // In the large memory the wide words lie behind the narrow ones.
        const wideBase = largeBits === 0 ? 0 : WORDS;
        const slices = largeBits / 16;
        const whole = [...narrow, ...wide].map((codes) => stored(codes, packed));
        const filling = whole.flatMap((one) =>
          range(slices).flatMap((slice): Clock[] => [
            { ...NOTHING, fill: 1 << slice, data: Number(BigInt.asUintN(16, one >> BigInt(16 * slice))) },
            NOTHING,
          ]),
        );
        const clocks: Clock[] = largeBits === 0 ? [] : [{ ...NOTHING, begin: true }, ...filling];
        const expected = new Map<number, string>();
        for (const { wide: isWide, first, steps } of stages) {
          const begin = first + (isWide ? wideBase : 0);
          clocks.push({ ...NOTHING, start: true, first: begin, wide: isWide });
          let at = first;
          for (const { next, rewind: asked } of steps) {
            // There is nothing behind the last word.
            const rewind = asked || at === WORDS - 1;
            const codes = (isWide ? wide[at] : narrow[at]) ?? [];
            if (next)
              expected.set(clocks.length + 1, (isWide ? codes : range(banks).flatMap(() => codes)).join(''));
            clocks.push({ ...NOTHING, first: begin, wide: isWide, next, rewind });
            at = rewind ? first : at + Number(next);
          }
          clocks.push({ ...NOTHING, wide: isWide });
        }
        const lines = runBench(
          'engine-modules/weights_bench',
          {
            ...{ BANKS: banks, FILTERS: filters, WEIGHT_BITS, ADDRESS_BITS, PACKED: Number(packed) },
            ...{ NARROW_WORDS: WORDS, WIDE_WORDS: WORDS, LARGE_BITS: largeBits, LARGE_WORDS: 2 * WORDS },
            CLOCKS: clocks.length,
          },
          {
            'narrow.hex': hex(narrow.map((codes) => stored(codes, packed) >> BigInt(largeBits))),
            'wide.hex': hex(wide.map((codes) => stored(codes, packed) >> BigInt(largeBits))),
            'weights.hex': clocks.map(clockWord).join('\n'),
          },
        );
        // Codes of 4 or more are those without a product.
        const codes = lines.map((line) => line.replace(/[5-7]/g, '4'));
        expect([...expected.keys()].map((clock) => codes[clock])).toEqual([...expected.values()]);
      }),
      { numRuns: 20 },
    );
  });
});

const hex = (words: readonly bigint[]): string => words.map((one) => one.toString(16)).join('\n');

const clockWord = ({ start, first, wide, next, rewind, begin, fill, data }: Clock): string =>
  word([
    [start, 1],
    [first, ADDRESS_BITS],
    [wide, 1],
    [next, 1],
    [rewind, 1],
    [begin, 1],
    [fill, 4],
    [data, 16],
  ]);
