import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { word } from '../words.js';
import {
  ADDRESS_BITS,
  anyPlaces,
  anyTensor,
  COLUMN_BITS,
  columnWords,
  COLUMNS,
  COUNT_BITS,
  placesOf,
  tensorWord,
} from './tensors.js';

const BANKS = 4;
const BANK_BITS = 2;

describeWithTool(['iverilog', 'vvp'], 'the walker', () => {
  const stimulus = fc.record({
    tensors: fc.array(anyTensor, { minLength: 1, maxLength: 8 }),
    places: anyPlaces(BANKS),
    gap: fc.infiniteStream(fc.nat({ max: 3 })),
    // The last tensor is left in the midst of it, or not.
    cut: fc.nat({ max: 5 }),
  });

  it('tells where each element lies, and waits for a clock where a column begins', () => {
    fc.assert(
      fc.property(stimulus, ({ tensors, places, gap, cut }) => {
        const elements = tensors.flatMap((tensor) => {
          const all = placesOf(tensor, places);
          return all.map((one, at) => ({ ...one, last: Number(at === all.length - 1) }));
        });
        const visited = elements.slice(0, Math.max(1, elements.length - cut));
        const gaps = Array.from(gap.take(visited.length));
        const lines = runBench(
          'engine-modules/walker_bench',
          {
            ...{ BANK_BITS, ADDRESS_BITS, COUNT_BITS, COLUMNS, COLUMN_BITS },
            ...{ TENSORS: tensors.length, GAPS: gaps.length },
          },
          {
            'columns.hex': columnWords(places, BANK_BITS),
            'tensors.hex': tensors.map((tensor) => word(tensorWord(tensor))).join('\n'),
            'gaps.hex': gaps.join('\n'),
          },
        );
        expect(lines).toEqual(
          visited.flatMap(({ channel, address, bank, last }) => [
            ...(channel === 0 ? ['waits'] : []),
            `${address} ${bank} ${last}`,
          ]),
        );
      }),
      { numRuns: 15 },
    );
  });
});
