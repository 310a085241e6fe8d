import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelRuns, runSteps } from '../../../toolkit/firmware/kernels/level-runs.js';

/** What the bytes of a filter's runs say: factor by place. */
function decode(
  bytes: readonly (readonly number[])[],
  kinds: readonly { readonly factor: number; readonly segment: number }[],
  signed: boolean,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  kinds.forEach(({ factor, segment }, k) => {
    const run = [...(bytes[k] ?? [])];
    for (const sign of signed ? [-1, 1] : [1]) {
      let place = 256 * segment;
      for (const step of run.splice(0, 1 + (run[0] ?? 0)).slice(1)) {
        place += step;
        expect(found.has(place)).toBe(false);
        found.set(place, sign * factor);
      }
    }
    expect(run).toEqual([]);
  });
  return found;
}

describe('runs', () => {
  it('have every weight that is not zero, once, in lists that a byte counts and that are short enough', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom([-2, -1, 0, 1, 2], [-4, 0, 1, 3], [0, 5], [-1, 1]),
        fc.integer({ min: 4, max: 300 }),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (places, filters, factors, longest, signed, random) => {
          const weights = Array.from(
            { length: filters * places.length },
            () => (random.next().value ?? 0) % factors.length,
          );
          const { kinds, runs, mostMinus } = levelRuns(weights, filters, factors, places, longest, signed);
          runs.forEach((own, filter) => {
            for (const { plus, minus } of own) {
              expect(plus.length + mostMinus).toBeLessThanOrEqual(longest);
              expect(minus.length).toBeLessThanOrEqual(mostMinus);
            }
            const expected = places.flatMap((place, i) => {
              const factor = factors[weights[filter * places.length + i] ?? 0] ?? 0;
              return factor === 0 ? [] : [[place, factor] as const];
            });
            const bytes = runSteps(own, kinds, signed);
            expect(bytes.flat().every((byte) => byte >= 0 && byte < 256)).toBe(true);
            expect([...decode(bytes, kinds, signed)].sort(([a], [b]) => a - b)).toEqual(
              expected.sort(([a], [b]) => a - b),
            );
          });
        },
      ),
    );
  });
});
