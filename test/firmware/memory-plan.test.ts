import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchOf, placeTenants, planMemory, type Tenant } from '../../toolkit/firmware/memory-plan.js';
import { analyse } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';

const tenants = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 50 }),
      from: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 14 },
  )
  .map((list) =>
    list.map(({ bytes, from, length }, i): Tenant => ({ name: `t${i}`, bytes, from, to: from + length })),
  );

/** Bytes that live at the busiest moment: no plan can do with fewer. */
function busiest(list: readonly Tenant[]): number {
  return Math.max(
    0,
    ...list.map(({ from }) =>
      list.filter((one) => one.from <= from && from <= one.to).reduce((sum, { bytes }) => sum + bytes, 0),
    ),
  );
}

describe('placeTenants', () => {
  it('never lets two that live at the same time overlap', () => {
    fc.assert(
      fc.property(tenants, (list) => {
        const { bytes, offsets } = placeTenants(list);
        expect(bytes).toBeGreaterThanOrEqual(busiest(list));
        for (const a of list) {
          const at = offsets.get(a.name) ?? -1;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at + a.bytes).toBeLessThanOrEqual(bytes);
          for (const b of list) {
            if (a === b || a.to < b.from || b.to < a.from) continue;
            const other = offsets.get(b.name) ?? -1;
            expect(at + a.bytes <= other || other + b.bytes <= at).toBe(true);
          }
        }
      }),
    );
  });

  it('uses the room of the dead', () => {
    const plan = placeTenants([
      { name: 'a', bytes: 10, from: 0, to: 1 },
      { name: 'b', bytes: 20, from: 1, to: 2 },
      { name: 'c', bytes: 10, from: 2, to: 3 },
    ]);
    expect(plan.bytes).toBe(30);
    expect(plan.offsets.get('c')).toBe(plan.offsets.get('a'));
  });
});

describe('planMemory', () => {
  it('gives every tensor but the logits, and every window, a place', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const network = randomNetwork(seed);
      const { stages } = analyse(network);
      const { offsets } = planMemory(network.input.shape, stages);
      expect(offsets.has('input')).toBe(true);
      stages.forEach(({ stage }, i) => {
        expect(offsets.has(stage.name)).toBe(i < stages.length - 1);
        expect(offsets.has(patchOf(stage.name))).toBe('kernel' in stage || 'window' in stage);
      });
    }
  });
});
