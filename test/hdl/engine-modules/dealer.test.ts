import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { fields, range, word } from '../words.js';

const ADDRESS_BITS = 10;
const INDEX_BITS = 3;

/** A stage that writes `channels` of the `ofTensor` channels of each column, in blocks of as many columns as there are banks. */
interface Stage {
  readonly steps: number;
  readonly rows: number;
  readonly blocks: number;
  readonly channels: number;
  readonly ofTensor: number;
  /** The first address, in units of `steps`. */
  readonly begin: number;
  readonly single: boolean;
  readonly group: number;
  readonly takes: readonly { readonly idle: boolean; readonly results: readonly number[] }[];
}

const stageOf = (banks: number): fc.Arbitrary<Stage> =>
  fc
    .record({
      steps: fc.constantFrom(...[1, 2, 4, 8].filter((steps) => steps <= banks)),
      rows: fc.integer({ min: 1, max: 2 }),
      blocks: fc.integer({ min: 1, max: 5 }),
      channels: fc.integer({ min: 1, max: 3 }),
      others: fc.nat({ max: 2 }),
      begin: fc.nat({ max: 9 }),
      single: fc.boolean(),
      group: fc.nat({ max: banks - 1 }),
    })
    .chain(({ others, ...stage }) => {
      const count = stage.rows * stage.blocks * stage.channels;
      const results = fc.array(fc.nat({ max: 2 ** INDEX_BITS - 1 }), { minLength: banks, maxLength: banks });
      return fc
        .array(fc.record({ idle: fc.boolean(), results }), { minLength: count, maxLength: count })
        .map((takes) => ({ ...stage, ofTensor: stage.channels + others, takes }));
    });

/** The turns in which results are taken: rows > blocks > channels. */
const turns = ({ rows, blocks, channels }: Stage) =>
  range(rows).flatMap((row) =>
    range(blocks).flatMap((block) => range(channels).map((channel) => ({ row, block, channel }))),
  );

function clocks(stage: Stage, banks: number): string[] {
  const { steps, channels, ofTensor, begin, blocks } = stage;
  const clock = (
    what: { start?: boolean; take?: boolean; ends?: readonly [boolean, boolean] },
    results: readonly number[],
  ) =>
    word([
      [what.start ?? false, 1],
      [what.take ?? false, 1],
      ...(what.ends ?? [true, true]).map((end) => [end, 1] as const),
      [stage.single, 1],
      [stage.group, Math.max(1, Math.log2(banks))],
      [Math.log2(steps), 2],
      [begin * steps, ADDRESS_BITS],
      [-(channels - 1) * steps, ADDRESS_BITS],
      [(ofTensor - channels + 1) * steps, ADDRESS_BITS],
      ...fields(results, INDEX_BITS),
    ]);
  return [
    clock({ start: true }, Array<number>(banks).fill(0)),
    ...turns(stage).flatMap(({ block, channel }, at) => {
      const { idle = false, results = [] } = stage.takes[at] ?? {};
      const take = clock({ take: true, ends: [channel === channels - 1, block === blocks - 1] }, results);
      return idle ? [clock({}, results), take] : [take];
    }),
  ];
}

/** Column x is number t = floor(x / steps) of phase x mod steps; phases begin in different banks, and share addresses but for the lowest part. */
function lines(stage: Stage, banks: number): string[] {
  const { steps, blocks, ofTensor, begin, single, group } = stage;
  const blocksOfPhase = Math.ceil(blocks / steps);
  return turns(stage).map(({ row, block, channel }, at) => {
    const results = stage.takes[at]?.results ?? [];
    const address = (t: number): number =>
      (begin + (row * blocksOfPhase + Math.floor(t / banks)) * ofTensor + channel) * steps;
    const written: string[] = [];
    range(banks).forEach((g) => {
      const column = block * banks + g;
      const phase = column % steps;
      const t = Math.floor(column / steps);
      if (single) written[g] = `${address(t)}:${results[g === 0 ? group : 0]}`;
      else written[(t + (phase * banks) / steps) % banks] = `${address(t) + phase}:${results[g]}`;
    });
    return written.join(' ');
  });
}

describeWithTool(['iverilog', 'vvp'], 'the dealer', () => {
  it.each([1, 2, 4, 8])('writes each result where the tensor has it, in %i banks', (banks) => {
    fc.assert(
      fc.property(fc.array(stageOf(banks), { minLength: 1, maxLength: 30 }), (stages) => {
        const words = stages.flatMap((stage) => clocks(stage, banks));
        const said = runBench(
          'engine-modules/dealer_bench',
          {
            ...{ BANKS: banks, BANK_BITS: Math.max(1, Math.log2(banks)), ADDRESS_BITS, INDEX_BITS },
            CLOCKS: words.length,
          },
          { 'dealer.hex': words.join('\n') },
        );
        expect(said.map((line) => line.trim())).toEqual(stages.flatMap((stage) => lines(stage, banks)));
      }),
      { numRuns: 5 },
    );
  });
});
