import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatId } from '../../toolkit/study/grid.js';
import { cellsOfShard, type Cell } from '../../toolkit/study/index.js';
import { studyOf, smallGrid } from '../support/study.js';

const [pattern] = studyOf(smallGrid).cells;

const cells: fc.Arbitrary<readonly Cell[]> = fc
  .array(
    fc.record({
      architecture: fc.constantFrom('mlp' as const, 'cnn' as const, 'resnet' as const),
      seed: fc.nat({ max: 3 }),
      epochs: fc.nat({ max: 20 }),
    }),
    { maxLength: 30 },
  )
  .map((list) => list.map((one, i) => ({ ...(pattern as Cell), ...one, id: `cell-${i}` })));

describe('shards', () => {
  test('share the cells: each is in one of them, in order, with all that need its float network', () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 1, max: 6 }), (all, count) => {
        const shards = Array.from({ length: count }, (_, i) => cellsOfShard(all, { index: i + 1, count }));
        expect(shards.flatMap((shard) => shard.map(({ id }) => id)).sort()).toEqual(
          all.map(({ id }) => id).sort(),
        );
        for (const shard of shards) expect(shard).toEqual(all.filter((cell) => shard.includes(cell)));
        const owners = new Map<string, number>();
        shards.forEach((shard, i) => {
          for (const cell of shard) {
            expect(owners.get(floatId(cell)) ?? i).toBe(i);
            owners.set(floatId(cell), i);
          }
        });
        // None is empty while another has two networks.
        if (owners.size >= count) expect(shards.every((shard) => shard.length > 0)).toBe(true);
      }),
    );
  });

  test('spread epochs, not cells', () => {
    const of = (seed: number, epochs: number, i: number): Cell => ({
      ...(pattern as Cell),
      seed,
      epochs,
      id: `cell-${i}`,
    });
    const all = [of(1, 20, 0), of(2, 1, 1), of(3, 1, 2), of(4, 1, 3)];
    expect(cellsOfShard(all, { index: 1, count: 2 })).toEqual([all[0]]);
    expect(cellsOfShard(all, { index: 2, count: 2 })).toEqual(all.slice(1));
  });
});
