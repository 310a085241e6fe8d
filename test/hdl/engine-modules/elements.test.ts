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
  type Place,
  type Tensor,
} from './tensors.js';

const INDEX_BITS = 3;
const KINDS = ['load', 'trace', 'run'] as const;

interface Task {
  readonly kind: (typeof KINDS)[number];
  readonly tensor: Tensor;
  /** Of a picture; longer than it may be. */
  readonly pixels: readonly number[];
  /** Elements that are taken of a trace, at most. */
  readonly count: number;
}

const task: fc.Arbitrary<Task> = fc.record({
  kind: fc.constantFrom(...KINDS),
  tensor: anyTensor,
  pixels: fc.array(fc.nat({ max: 255 }), { minLength: 64, maxLength: 64 }),
  count: fc.integer({ min: 1, max: 64 }),
});

/** How many elements a task writes or takes. */
const countOf = ({ kind, tensor: { rows, columns, channels }, count }: Task): number =>
  kind === 'load' ? rows * columns * channels : Math.min(count, rows * columns * channels);

/** What is written and traced; nobody knows what a place holds before it is written. */
function linesOf(tasks: readonly Task[], places: readonly Place[], table: readonly number[]): string[] {
  const memory = new Map<string, number>();
  return tasks.flatMap((one) => {
    const elements = placesOf(one.tensor, places);
    if (one.kind === 'run') return [];
    return elements.slice(0, countOf(one)).map(({ bank, address }, at) => {
      const place = `${bank} ${address}`;
      if (one.kind === 'trace')
        return `${at === elements.length - 1 ? 'last' : 'value'} ${memory.get(place) ?? 'x'}`;
      const index = table[one.pixels[at] ?? 0] ?? 0;
      memory.set(place, index);
      return `write ${place} ${index}`;
    });
  });
}

describeWithTool(['iverilog', 'vvp'], 'pictures in, traces out', () => {
  const stimulus = (banks: number) =>
    fc.record({
      tasks: fc.array(task, { minLength: 2, maxLength: 20 }),
      // A trace of what was written says more than one of what was not.
      again: fc.boolean(),
      places: anyPlaces(banks),
      table: fc.array(fc.nat({ max: 2 ** INDEX_BITS - 1 }), { minLength: 256, maxLength: 256 }),
      seed: fc.integer({ min: 1, max: 2 ** 30 }),
    });

  it.each([1, 2, 4])('a byte becomes an index that is stored, and comes out again, of %i banks', (banks) => {
    const bankBits = Math.max(1, Math.log2(banks));
    fc.assert(
      fc.property(stimulus(banks), ({ tasks: some, again, places, table, seed }) => {
        const tasks = again
          ? some.flatMap((one) => [one, { ...one, kind: 'trace' as const, count: 64 }])
          : some;
        const words = tasks.map((one) =>
          word([[KINDS.indexOf(one.kind), 2], [countOf(one), 8], ...tensorWord(one.tensor)]),
        );
        const pixels = tasks.flatMap((one) => (one.kind === 'load' ? one.pixels.slice(0, countOf(one)) : []));
        const hex = (values: readonly number[]): string =>
          values.map((value) => value.toString(16)).join('\n');
        const lines = runBench(
          'engine-modules/elements_bench',
          {
            ...{
              BANKS: banks,
              BANK_BITS: bankBits,
              ADDRESS_BITS,
              COUNT_BITS,
              INDEX_BITS,
              COLUMNS,
              COLUMN_BITS,
            },
            ...{ TASKS: tasks.length, PIXELS: Math.max(1, pixels.length), SEED: seed },
          },
          {
            'columns.hex': columnWords(places, bankBits),
            'pixels.hex': hex(table),
            'tasks.hex': words.join('\n'),
            'picture.hex': hex(pixels.length === 0 ? [0] : pixels),
          },
        );
        const expected = linesOf(tasks, places, table);
        expect(lines).toEqual(expected.length === 0 ? [''] : expected);
      }),
      { numRuns: 6 },
    );
  });
});
