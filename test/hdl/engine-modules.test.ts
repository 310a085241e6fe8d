import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../support/tools.js';
import { runBench } from './bench.js';

/** A word for $readmemh: fields from the highest bits down. */
function word(fields: readonly (readonly [value: number, bits: number])[]): string {
  return fields
    .reduce((all, [value, bits]) => (all << BigInt(bits)) | BigInt.asUintN(bits, BigInt(value)), 0n)
    .toString(16);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const RUNS = { numRuns: 25 };

describeWithTool(['iverilog', 'vvp'], 'modules of the sequential engine, alone', () => {
  const window = fc
    .record({
      groups: fc.constantFrom(1, 2, 4),
      filters: fc.integer({ min: 1, max: 5 }),
      levels: fc.integer({ min: 1, max: 5 }),
      taps: fc.integer({ min: 1, max: 7 }),
      wide: fc.boolean(),
    })
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        products: fc.array(fc.integer({ min: -128, max: 127 }), {
          minLength: shape.taps * shape.groups * shape.levels,
          maxLength: shape.taps * shape.groups * shape.levels,
        }),
        codes: fc.array(fc.integer({ min: 0, max: shape.levels }), {
          minLength: shape.taps * shape.groups * shape.filters,
          maxLength: shape.taps * shape.groups * shape.filters,
        }),
      }),
    );

  it('lanes: the sums of products chosen by weights leave one filter after another', () => {
    fc.assert(
      fc.property(window, ({ shape: { groups, filters, levels, taps, wide }, products, codes }) => {
        const weightBits = Math.max(1, Math.ceil(Math.log2(levels + 1)));
        const product = (tap: number, group: number, level: number): number =>
          products[(tap * groups + group) * levels + level] ?? 0;
        const code = (tap: number, group: number, filter: number): number =>
          codes[(tap * groups + group) * filters + filter] ?? 0;
        const all = 2 ** groups - 1;
        const control = (add: boolean, drain: boolean, clear: boolean, step: number) =>
          [
            [Number(add), 1],
            [Number(drain), 1],
            [Number(clear), 1],
            [step, groups],
          ] as const;
        const nothing = [
          [0, groups * filters * weightBits],
          [0, groups * levels * 8],
        ] as const;
        // Sums move on by one lane a tap: after the last of them lane 0 has the first filter's.
        const filterOf = (lane: number, tap: number): number =>
          (((lane - (taps - 1 - tap)) % filters) + filters) % filters;
        const words = [
          word([...control(false, false, true, all), ...nothing]),
          ...range(taps).map((tap) =>
            word([
              ...control(true, false, false, tap === 0 ? 0 : all),
              ...range(groups * filters)
                .reverse()
                .map(
                  (at) =>
                    [code(tap, Math.floor(at / filters), filterOf(at % filters, tap)), weightBits] as const,
                ),
              ...range(groups * levels)
                .reverse()
                .map((at) => [product(tap, Math.floor(at / levels), at % levels), 8] as const),
            ]),
          ),
          word([...control(false, false, false, all), ...nothing]),
        ];
        const drains = wide
          ? range(groups).flatMap((group) => range(filters).map((filter) => ({ groups: [group], filter })))
          : range(filters).map((filter) => ({ groups: range(groups), filter }));
        const draining = drains.map((drain) =>
          word([
            ...control(
              false,
              true,
              false,
              drain.groups.reduce((bits, group) => bits | (1 << group), 0),
            ),
            ...nothing,
          ]),
        );
        const lines = runBench(
          'lanes_bench',
          {
            GROUPS: groups,
            FILTERS: filters,
            LEVELS: levels,
            WEIGHT_BITS: weightBits,
            PRODUCT_BITS: 8,
            SUM_BITS: 12,
            CLOCKS: words.length + draining.length,
          },
          { 'lanes.hex': [...words, ...draining].join('\n') },
        );
        const heads = lines.slice(words.length).map((line) => line.trim().split(' ').map(Number));
        expect(drains.map((drain, at) => drain.groups.map((group) => heads[at]?.[group]))).toEqual(
          drains.map((drain) =>
            drain.groups.map((group) =>
              range(taps).reduce((sum, tap) => {
                const chosen = code(tap, group, drain.filter);
                return sum + (chosen < levels ? product(tap, group, chosen) : 0);
              }, 0),
            ),
          ),
        );
      }),
      RUNS,
    );
  });

  it('requantizer: shifts are clamped, thresholds counted', () => {
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
          runBench('requantize_bench', { CLOCKS: clocks.length }, { 'requantize.hex': words.join('\n') }),
        ).toEqual(clocks.map(({ fields, index }) => `${fields.sum + fields.word} ${index}`));
      }),
      RUNS,
    );
  });

  it('sequencer: rows, blocks, parts, taps, channels; then the part drains', () => {
    const small = (max: number) => fc.integer({ min: 0, max });
    const stage = fc.record({
      banks: fc.constantFrom(1, 2, 4),
      filters: fc.integer({ min: 1, max: 4 }),
      rows: small(2),
      blocks: small(2),
      channels: small(6),
      tapFirst: small(5),
      taps: small(3),
      inner: small(3),
      steps: small(2),
      oneChannel: fc.boolean(),
      wide: fc.boolean(),
      blockStep: small(20),
      rowStep: small(20),
      channelShift: small(2),
      rowStride: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(stage, (s) => {
        const wide = s.wide && !s.oneChannel;
        const part = s.oneChannel ? 1 : s.filters * (wide ? s.banks : 1);
        const lines: string[] = [];
        let at = 0;
        for (let row = 0; row <= s.rows; row++)
          for (let block = 0; block <= s.blocks; block++) {
            for (let first = 0; first <= s.channels; first += part) {
              for (let tap = 0; tap <= s.taps; tap++)
                for (let inner = 0; inner <= s.inner; inner++) {
                  const address = at + ((s.oneChannel ? first : inner) << s.channelShift);
                  lines.push(`tap ${s.tapFirst + tap} at ${address} row ${row * s.rowStride} block ${block}`);
                }
              for (let channel = first; channel < Math.min(first + part, s.channels + 1); channel++)
                for (let step = 0; step <= s.steps; step++) {
                  const take = Number(step === s.steps);
                  const group = wide ? Math.floor((channel - first) / s.filters) : 0;
                  const end = Number(take === 1 && channel === s.channels);
                  lines.push(`drain group ${group} first ${Number(step === 0)} take ${take} end ${end}`);
                }
            }
            at += block === s.blocks ? s.rowStep : s.blockStep;
          }
        expect(
          runBench('sequencer_bench', {
            BANKS: s.banks,
            BANK_BITS: Math.max(1, Math.log2(s.banks)),
            FILTERS: s.filters,
            ROWS_LAST: s.rows,
            BLOCKS_LAST: s.blocks,
            CHANNELS_LAST: s.channels,
            TAP_FIRST: s.tapFirst,
            TAP_LAST: s.tapFirst + s.taps,
            INNER_LAST: s.inner,
            STEPS_LAST: s.steps,
            ONE_CHANNEL: Number(s.oneChannel),
            WIDE: Number(wide),
            BLOCK_STEP: s.blockStep,
            ROW_STEP: s.rowStep,
            CHANNEL_SHIFT: s.channelShift,
            ROW_STRIDE: s.rowStride,
          }),
        ).toEqual(lines);
      }),
      RUNS,
    );
  });
});
