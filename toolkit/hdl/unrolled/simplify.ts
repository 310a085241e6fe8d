import { INPUT, range } from '../../network/index.js';
import type { Cell, CellStage, Reference, Term } from './cells.js';

/** The indices that an element can have, both ends included. */
interface Reach {
  readonly least: number;
  readonly most: number;
}

/**
 * The same network with less to build: what can only have one index becomes a constant, terms that add nothing go, and
 * cells that nothing reads are left out (as constants).
 *
 * @param input - indices that the input table can give.
 * @param keepUnread - cells that nothing reads are kept, for traces.
 */
export function simplify(
  stages: readonly CellStage[],
  input: readonly number[],
  keepUnread: boolean,
): readonly CellStage[] {
  const known = knownIndices(stages, input);
  return keepUnread ? known : withoutUnread(known);
}

function knownIndices(stages: readonly CellStage[], input: readonly number[]): readonly CellStage[] {
  const { min, max } = range(input);
  const pixel: Reach = { least: min, most: max };
  const reached = new Map<string, readonly Reach[]>();
  const reach = ({ tensor, element }: Reference): Reach =>
    tensor === INPUT ? pixel : (reached.get(tensor)?.[element] ?? pixel);
  return stages.map((stage) => {
    const made = stage.cells.map((cell) => simplifyCell(cell, reach));
    reached.set(
      stage.name,
      made.map(({ reach }) => reach),
    );
    return {
      ...stage,
      cells: made.map(({ cell, reach: { least, most } }) =>
        stage.levels !== null && least === most ? { kind: 'fixed', index: least } : cell,
      ),
    };
  });
}

function simplifyCell(cell: Cell, reach: (from: Reference) => Reach): { cell: Cell; reach: Reach } {
  switch (cell.kind) {
    case 'sum': {
      let { constant } = cell;
      const terms: Term[] = [];
      let [least, most] = [0, 0];
      for (const { from, values } of cell.terms) {
        const { least: first, most: last } = reach(from);
        const base = values[first] ?? 0;
        const reachable = values.slice(first, last + 1);
        constant += base;
        if (reachable.every((value) => value === base)) continue;
        const { min, max } = range(reachable);
        least += min - base;
        most += max - base;
        // What cannot occur may have any value: the nearest reachable one changes nothing.
        terms.push({
          from,
          values: values.map((_, index) => (values[Math.min(last, Math.max(first, index))] ?? 0) - base),
        });
      }
      const steps = cell.steps;
      const index = (sum: number): number => (steps ?? []).filter((step) => step <= sum).length;
      return {
        cell: { ...cell, terms, constant },
        reach: { least: index(constant + least), most: index(constant + most) },
      };
    }
    case 'largest': {
      const reaches = cell.from.map(reach);
      const least = Math.max(...reaches.map((one) => one.least));
      return {
        cell: { ...cell, from: cell.from.filter((_, i) => (reaches[i]?.most ?? 0) >= least) },
        reach: { least, most: Math.max(...reaches.map((one) => one.most)) },
      };
    }
    case 'map': {
      const { least, most } = reach(cell.from);
      const { min, max } = range(cell.table.slice(least, most + 1));
      return { cell, reach: { least: min, most: max } };
    }
    case 'fixed':
      return { cell, reach: { least: cell.index, most: cell.index } };
  }
}

/** What a cell reads. */
export function references(cell: Cell): readonly Reference[] {
  switch (cell.kind) {
    case 'sum':
      return cell.terms.map(({ from }) => from);
    case 'largest':
      return cell.from;
    case 'map':
      return [cell.from];
    case 'fixed':
      return [];
  }
}

function withoutUnread(stages: readonly CellStage[]): readonly CellStage[] {
  const read = new Map<string, Set<number>>();
  const kept: CellStage[] = [];
  for (const stage of [...stages].reverse()) {
    const wanted = read.get(stage.name) ?? new Set();
    const cells = stage.cells.map((cell, element): Cell =>
      stage.levels === null || wanted.has(element) ? cell : { kind: 'fixed', index: 0 },
    );
    for (const { tensor, element } of cells.flatMap(references))
      read.set(tensor, (read.get(tensor) ?? new Set()).add(element));
    kept.unshift({ ...stage, cells });
  }
  return kept;
}
