import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithTool } from '../../support/tools.js';
import { runBench } from '../bench.js';
import { range, word } from '../words.js';

const RUNS = { numRuns: 25 };

describeWithTool(['iverilog', 'vvp'], 'the accumulators', () => {
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

  it('the sums of products chosen by weights leave one filter after another', () => {
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
          'engine-modules/lanes_bench',
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
});
