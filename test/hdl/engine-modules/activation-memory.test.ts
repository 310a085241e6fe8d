import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { fields, word } from '../words.js';

const ADDRESS_BITS = 4;
const WORDS = 12;
const INDEX_BITS = 3;

interface Access {
  readonly read: number;
  readonly write: boolean;
  readonly at: number;
  readonly value: number;
}

interface Clock {
  readonly read: boolean;
  readonly banks: readonly Access[];
}

/** What the banks show after each clock; nobody knows what a place holds before it is written. */
function shownAfter(clocks: readonly Clock[]): string[] {
  const written = new Map<string, number>();
  let shown: readonly (number | string)[] = clocks[0]?.banks.map(() => 'x') ?? [];
  return clocks.map(({ read, banks }) => {
    if (read) shown = banks.map((access, bank) => written.get(`${bank},${access.read}`) ?? 'x');
    banks.forEach(({ write, at, value }, bank) => write && written.set(`${bank},${at}`, value));
    return shown.map((one) => ` ${one}`).join('');
  });
}

describeWithTool(['iverilog', 'vvp'], 'the activation memory', () => {
  const place = fc.integer({ min: 0, max: WORDS - 1 });
  // A place that is read and written at once gives either value.
  const access = fc
    .record({ read: place, write: fc.boolean(), at: place, value: fc.nat({ max: 2 ** INDEX_BITS - 1 }) })
    .map((one): Access => ({ ...one, write: one.write && one.at !== one.read }));
  const stimulus = fc.constantFrom(1, 2, 4).chain((banks) =>
    fc.record({
      banks: fc.constant(banks),
      clocks: fc.array(
        fc.record({ read: fc.boolean(), banks: fc.array(access, { minLength: banks, maxLength: banks }) }),
        { minLength: 100, maxLength: 200 },
      ),
    }),
  );

  it('reads and writes each bank at an address of its own, and keeps what was read', () => {
    fc.assert(
      fc.property(stimulus, ({ banks, clocks }) => {
        const words = clocks.map((clock) =>
          word([
            [clock.read, 1],
            ...fields(
              clock.banks.map(({ read }) => read),
              ADDRESS_BITS,
            ),
            ...fields(
              clock.banks.map(({ write }) => Number(write)),
              1,
            ),
            ...fields(
              clock.banks.map(({ at }) => at),
              ADDRESS_BITS,
            ),
            ...fields(
              clock.banks.map(({ value }) => value),
              INDEX_BITS,
            ),
          ]),
        );
        const lines = runBench(
          'engine-modules/activation_memory_bench',
          { BANKS: banks, ADDRESS_BITS, WORDS, INDEX_BITS, CLOCKS: clocks.length },
          { 'accesses.hex': words.join('\n') },
        );
        expect(lines.map((line) => ` ${line.trim()}`)).toEqual(shownAfter(clocks));
      }),
      { numRuns: 10 },
    );
  });
});
