import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeTenants, type Tenant } from '../../toolkit/network/index.js';

const tenants = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 50 }),
      from: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 14 },
  )
  .map((list) =>
    list.map(({ size, from, length }, i): Tenant => ({ name: `t${i}`, size, from, to: from + length })),
  );

/** What lives at the busiest moment: no plan can do with fewer. */
function busiest(list: readonly Tenant[]): number {
  return Math.max(
    0,
    ...list.map(({ from }) =>
      list.filter((one) => one.from <= from && from <= one.to).reduce((sum, { size }) => sum + size, 0),
    ),
  );
}

describe('placeTenants', () => {
  it('never lets two that live at the same time overlap', () => {
    fc.assert(
      fc.property(tenants, (list) => {
        const { size, offsets } = placeTenants(list);
        expect(size).toBeGreaterThanOrEqual(busiest(list));
        for (const a of list) {
          const at = offsets.get(a.name) ?? -1;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at + a.size).toBeLessThanOrEqual(size);
          for (const b of list) {
            if (a === b || a.to < b.from || b.to < a.from) continue;
            const other = offsets.get(b.name) ?? -1;
            expect(at + a.size <= other || other + b.size <= at).toBe(true);
          }
        }
      }),
    );
  });

  it('uses the room of the dead', () => {
    const plan = placeTenants([
      { name: 'a', size: 10, from: 0, to: 1 },
      { name: 'b', size: 20, from: 1, to: 2 },
      { name: 'c', size: 10, from: 2, to: 3 },
    ]);
    expect(plan.size).toBe(30);
    expect(plan.offsets.get('c')).toBe(plan.offsets.get('a'));
  });
});
