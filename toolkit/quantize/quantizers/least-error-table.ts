import type { HalfLine } from './half-line.js';

/** The levels above 0 of least squared error for a distribution of positive values, when 0 is a level too. */
export interface LeastErrorTable {
  /** Ascending, positive, in units of the distribution's scale. */
  readonly levels: readonly number[];
  /** What the levels take off the mean square of the values: sum of x_k^2 * P_k, in squared units of the scale. */
  readonly gain: number;
}

const ROUNDS = 300;
const EXACT = 1e-10;

const tables = new Map<string, LeastErrorTable>();

/**
 * The fixed point of Lloyd's iteration (Lloyd 1957, Max 1960) for `distribution`: `count` >= 0 levels x_1 < x_2 < ..
 * above x_0 = 0, each the mean of the values nearest to it,
 *
 *     x_k = E[min(x, cap) | b_k < x < b_k+1],   b_k = (x_k-1 + x_k) / 2,   the last cell without an upper end
 *
 * `cap` > 0 is in units of the scale. Deterministic; tables without a cap are kept, since they do not depend on the
 * data.
 *
 * Lloyd's iteration itself would need a hundred thousand rounds for 256 levels; the same equations are solved here by
 * Newton's method (their derivatives form a tridiagonal matrix), with a round of Lloyd's wherever a step of Newton's
 * does not come nearer.
 */
export function leastErrorTable(
  distribution: HalfLine,
  count: number,
  cap: number = Infinity,
): LeastErrorTable {
  if (cap < distribution.end) return solve(distribution, count, cap);
  const key = `${distribution.name} ${count}`;
  const table = tables.get(key) ?? solve(distribution, count, Infinity);
  tables.set(key, table);
  return table;
}

function solve(distribution: HalfLine, count: number, cap: number): LeastErrorTable {
  let levels = start(distribution, count, cap);
  let cells = cellsOf(distribution, levels, cap);
  for (let round = 0; round < ROUNDS && distance(levels, cells) > EXACT; round++) {
    const newton = newtonStep(distribution, levels, cells);
    const found = isAscending(newton, cap) ? cellsOf(distribution, newton, cap) : undefined;
    if (found !== undefined && distance(newton, found) < distance(levels, cells)) {
      [levels, cells] = [newton, found];
    } else {
      levels = cells.means;
      cells = cellsOf(distribution, levels, cap);
    }
  }
  return {
    levels: Array.from(levels),
    gain: levels.reduce((sum, level, k) => sum + level * level * (cells.masses[k] ?? 0), 0),
  };
}

interface Cells {
  /** The lower end of each level's cell. */
  readonly ends: Float64Array;
  readonly masses: Float64Array;
  readonly means: Float64Array;
}

function cellsOf(distribution: HalfLine, levels: Float64Array, cap: number): Cells {
  const ends = levels.map((level, k) => (level + (levels[k - 1] ?? 0)) / 2);
  return {
    ends,
    masses: ends.map((end, k) => distribution.mass(end, ends[k + 1] ?? Infinity)),
    means: ends.map((end, k) => {
      const next = ends[k + 1];
      return next === undefined ? distribution.tailMean(end, cap) : distribution.mean(end, next);
    }),
  };
}

/** How far the levels are from the means of their cells. */
const distance = (levels: Float64Array, { means }: Cells): number =>
  levels.reduce((most, level, k) => Math.max(most, Math.abs(level - (means[k] ?? NaN))), 0);

const isAscending = (levels: Float64Array, cap: number): boolean =>
  levels.every((level, k) => level > (levels[k - 1] ?? 0) && level <= cap);

/** One step of Newton's method for x - mean(x) = 0; the tridiagonal system is solved by elimination. */
function newtonStep(distribution: HalfLine, levels: Float64Array, cells: Cells): Float64Array {
  const { ends, masses, means } = cells;
  // What a mean moves by when the level below or above its own moves by 1: half of what it does when an end of its
  // cell moves by 1.
  const lower = ends.map(
    (end, k) => (distribution.density(end) * ((means[k] ?? 0) - end)) / (masses[k] ?? 1) / 2,
  );
  const upper = ends.map((_, k) => {
    const end = ends[k + 1];
    return end === undefined
      ? 0
      : (distribution.density(end) * (end - (means[k] ?? 0))) / (masses[k] ?? 1) / 2;
  });
  const above = new Float64Array(levels.length);
  const right = new Float64Array(levels.length);
  for (let k = 0; k < levels.length; k++) {
    const left = -(lower[k] ?? 0);
    const pivot = 1 - (lower[k] ?? 0) - (upper[k] ?? 0) - left * (above[k - 1] ?? 0);
    above[k] = -(upper[k] ?? 0) / pivot;
    right[k] = ((means[k] ?? 0) - (levels[k] ?? 0) - left * (right[k - 1] ?? 0)) / pivot;
  }
  const step = new Float64Array(levels.length);
  for (let k = levels.length - 1; k >= 0; k--) {
    step[k] = (right[k] ?? 0) - (above[k] ?? 0) * (step[k + 1] ?? 0);
  }
  return levels.map((level, k) => level + (step[k] ?? 0));
}

/**
 * Where many levels are best: with a density that follows the cube root of the distribution's (Panter and Dite 1951).
 */
function start(distribution: HalfLine, count: number, cap: number): Float64Array {
  const points = 2000;
  // The cube root has a threefold reach: it is not yet empty where the distribution is.
  const end = Math.min(cap, 3 * distribution.end);
  const sums = new Float64Array(points + 1);
  for (let i = 0; i < points; i++) {
    sums[i + 1] = (sums[i] ?? 0) + Math.cbrt(distribution.density(((i + 0.5) * end) / points));
  }
  let at = 0;
  return Float64Array.from({ length: count }, (_, k) => {
    const wanted = ((k + 1) / (count + 0.5)) * (sums[points] ?? 0);
    while ((sums[at + 1] ?? Infinity) < wanted) at++;
    const [before = 0, after = 0] = [sums[at], sums[at + 1]];
    return ((at + (wanted - before) / (after - before)) * end) / points;
  });
}
