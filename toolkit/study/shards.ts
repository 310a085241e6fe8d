import { floatId, type Cell } from './grid.js';

/** One of `count` processes that share a grid; `index` is 1 to `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The cells of one shard, in the order they are given. Cells that share a float network stay together, so that no two
 * processes train the same one; otherwise the work, in epochs, is spread evenly. The answer depends on all cells of the
 * study, never on which of them are finished: else shards that start at different times would overlap.
 */
export function cellsOfShard(cells: readonly Cell[], { index, count }: Shard): readonly Cell[] {
  const work = new Map<string, number>();
  for (const cell of cells) {
    const id = floatId(cell);
    work.set(id, (work.get(id) ?? cell.floatEpochs) + cell.epochs + MEASURING);
  }
  const loads = new Array<number>(count).fill(0);
  const owner = new Map<string, number>();
  for (const [id, epochs] of work) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + epochs;
    owner.set(id, least + 1);
  }
  return cells.filter((cell) => owner.get(floatId(cell)) === index);
}

/** What a cell costs beside its training, in epochs: about one. */
const MEASURING = 1;
