import type { Cell, CellResult, Study } from '../../study/index.js';

/** A cell that is finished, as the page looks at it. */
export interface Finding {
  readonly cell: Cell;
  readonly result: CellResult;
  readonly network: string;
  readonly seed: number;
  readonly method: string;
  readonly size: TableSize;
  /** Accuracies and their difference (float - table), as fractions. */
  readonly float: number;
  readonly table: number;
  readonly drop: number;
}

export interface TableSize {
  /** "8x5": activation levels x weight levels. */
  readonly levels: string;
  readonly entries: number;
}

/** The table size of the smaller of the paper's two figures: looked at most closely where a study has it. */
export const PAPER_ENTRIES = 40;

/** Mean and extremes of n values. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** What all seeds gave for a network, a method and a table size. */
export interface Summary {
  readonly network: string;
  readonly method: string;
  readonly size: TableSize;
  /** In the order of their seeds. */
  readonly findings: readonly Finding[];
  readonly float: Spread;
  readonly table: Spread;
  readonly drop: Spread;
}

/** A cell for people. */
export const nameOf = ({ network, size, method, seed }: Finding): string =>
  `${network}, ${size.levels}, ${method}, seed ${seed}`;

/** The finished cells of a study, in its order; results of cells that it does not have are left out. */
export function findingsOf(study: Study, results: readonly CellResult[]): readonly Finding[] {
  const byCell = new Map(results.map((result) => [result.cell, result]));
  const methodOf = methodNames(study);
  return study.cells.flatMap((cell) => {
    const result = byCell.get(cell.id);
    if (result === undefined) return [];
    const { float, table } = result.accuracy;
    return [
      {
        cell,
        result,
        network: cell.architecture,
        seed: cell.seed,
        method: methodOf(cell),
        size: {
          levels: `${cell.activationLevels}x${cell.weightLevels}`,
          entries: cell.activationLevels * cell.weightLevels,
        },
        float,
        table,
        drop: float - table,
      },
    ];
  });
}

/**
 * A scheme's name; with the epochs where they alone tell cells of one network and table size apart. Table sizes that are
 * trained longer than others are points of one series.
 */
export function methodNames({ cells }: Study): (cell: Cell) => string {
  const epochs = new Map<string, Set<number>>();
  const keyOf = ({ scheme, architecture, activationLevels, weightLevels }: Cell): string =>
    JSON.stringify([scheme.name, architecture, activationLevels, weightLevels]);
  for (const cell of cells) epochs.set(keyOf(cell), (epochs.get(keyOf(cell)) ?? new Set()).add(cell.epochs));
  const several = new Set(
    cells.filter((cell) => (epochs.get(keyOf(cell))?.size ?? 0) > 1).map(({ scheme }) => scheme.name),
  );
  return ({ scheme, epochs: own }) => {
    if (!several.has(scheme.name)) return scheme.name;
    return `${scheme.name}, ${own === 0 ? 'without training' : `${own} ${own === 1 ? 'epoch' : 'epochs'}`}`;
  };
}

/** Seeds put together, in the order in which networks and methods first occur, then by table size. */
export function summaries(findings: readonly Finding[]): readonly Summary[] {
  return unique(findings.map(({ network }) => network)).flatMap((network) =>
    unique(findings.map(({ method }) => method)).flatMap((method) => {
      const own = findings.filter((finding) => finding.network === network && finding.method === method);
      return sizesOf(own).map((size): Summary => {
        const same = own
          .filter((finding) => finding.size.levels === size.levels)
          .toSorted((a, b) => a.seed - b.seed);
        return {
          network,
          method,
          size,
          findings: same,
          float: spread(same.map(({ float }) => float)),
          table: spread(same.map(({ table }) => table)),
          drop: spread(same.map(({ drop }) => drop)),
        };
      });
    }),
  );
}

/** Table sizes, the smallest first. */
export function sizesOf(findings: readonly { readonly size: TableSize }[]): readonly TableSize[] {
  const byLevels = new Map(findings.map(({ size }) => [size.levels, size]));
  return [...byLevels.values()].sort((a, b) => a.entries - b.entries || compare(a.levels, b.levels));
}

export function spread(values: readonly number[]): Spread {
  return {
    n: values.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

export const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** The smallest by a number; the first of several. */
export function least<T>(items: readonly T[], by: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || by(item) < by(best) ? item : best),
    undefined,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A fraction as hundredths of a percent: 0.98765 as "98.77"; never "-0.00". */
export function hundredths(fraction: number): string {
  return (Math.round(fraction * 10_000 + 1e-7) / 100 + 0).toFixed(2);
}
