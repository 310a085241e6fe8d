import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { range, word } from '../words.js';

const ADDRESS_BITS = 6;
const COUNT_BITS = 6;
const INDEX_BITS = 5;
/** The last row and column that can be counted; as the end of a range it stands for none. */
const LAST = 2 ** COUNT_BITS - 1;
const EVERYWHERE = [0, Infinity] as const;

const bounds = fc.oneof(
  fc.constant(EVERYWHERE),
  fc.tuple(fc.nat({ max: 12 }), fc.oneof(fc.nat({ max: 30 }), fc.constant(Infinity))),
);

const stageOf = (banks: number) =>
  fc.record({ bounded: fc.boolean(), broadcast: fc.boolean() }).chain(({ bounded, broadcast }) => {
    const inside = bounded && !broadcast ? bounds : fc.constant(EVERYWHERE);
    return fc.record({
      bounded: fc.constant(bounded),
      broadcast: fc.constant(broadcast),
      blockStep: fc.nat({ max: 9 }),
      padding: fc.nat({ max: 2 ** INDEX_BITS - 1 }),
      memory: fc.array(fc.nat({ max: 2 ** INDEX_BITS - 1 }), {
        minLength: banks << ADDRESS_BITS,
        maxLength: banks << ADDRESS_BITS,
      }),
      taps: fc.array(
        fc.record({
          address: fc.nat({ max: 20 }), // of row and channel
          row: fc.oneof(fc.nat({ max: 14 }), fc.constant(LAST)),
          block: fc.oneof(fc.nat({ max: 3 }), fc.constant((LAST + 1) / banks - 1)),
          offset: fc.integer({ min: -9, max: 9 }), // of the tap's row
          move: fc.integer({ min: -9, max: 9 }), // columns from the window's origin to the tap
          skew: fc.nat({ max: banks - 1 }),
          rows: inside,
          columns: inside,
          look: fc.option(fc.nat({ max: 2 ** ADDRESS_BITS - 1 })),
        }),
        { minLength: 50, maxLength: 150 },
      ),
    });
  });

describeWithTool(['iverilog', 'vvp'], 'the fetching of activations', () => {
  it.each([1, 2, 4, 8])('reads the columns under a tap, or padding, from %i banks', (banks) => {
    const bankBits = Math.max(1, Math.log2(banks));
    const modulo = (a: number, b: number): number => ((a % b) + b) % b;
    fc.assert(
      fc.property(stageOf(banks), ({ bounded, broadcast, blockStep, padding, memory, taps }) => {
        const at = (bank: number, address: number): number | undefined =>
          memory[(bank << ADDRESS_BITS) + modulo(address, 2 ** ADDRESS_BITS)];
        const words = taps.map(({ address, row, block, offset, move, skew, rows, columns, look }) =>
          word([
            [address + block * blockStep, ADDRESS_BITS],
            [row, COUNT_BITS],
            [block, COUNT_BITS],
            [offset + Math.floor(move / banks) * blockStep, ADDRESS_BITS],
            [modulo(move + skew, banks), bankBits],
            [skew, bankBits],
            ...[...rows, ...columns].map((bound) => [Math.min(bound, LAST), COUNT_BITS] as const),
            [look !== null, 1],
            [look ?? 0, ADDRESS_BITS],
          ]),
        );
        const expected = taps.map(({ address, row, block, offset, move, skew, rows, columns, look }) =>
          range(banks).map((group) => {
            if (look !== null) return at(group, look);
            const window = block * banks + group;
            if (row < rows[0] || row >= rows[1] || window < columns[0] || window >= columns[1])
              return padding;
            const column = block * banks + (broadcast ? 0 : group) + move;
            return at(
              modulo(column + skew, banks),
              address + offset + Math.floor(column / banks) * blockStep,
            );
          }),
        );
        const lines = runBench(
          'engine-modules/fetch_bench',
          {
            ...{ BANKS: banks, BANK_BITS: bankBits, ADDRESS_BITS, COUNT_BITS, INDEX_BITS },
            ...{ BOUNDED: Number(bounded), BLOCK_STEP: blockStep, PADDING: padding },
            ...{ BROADCAST: Number(broadcast), TAPS: taps.length },
          },
          {
            'taps.hex': words.join('\n'),
            'memory.hex': memory.map((index) => index.toString(16)).join('\n'),
          },
        );
        expect(lines.map((line) => line.trim().split(' ').map(Number))).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });
});
