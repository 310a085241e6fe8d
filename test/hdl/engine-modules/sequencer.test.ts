import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';

const RUNS = { numRuns: 25 };

describeWithTool(['iverilog', 'vvp'], 'the sequencer', () => {
  it('rows, blocks, parts, taps, channels; then the part drains', () => {
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
          runBench('engine-modules/sequencer_bench', {
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
