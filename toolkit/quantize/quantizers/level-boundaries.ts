import { InputError } from '../../errors.js';

/**
 * The values half-way between neighbouring levels: a value belongs to level k from boundary k - 1 on and below boundary
 * k.
 */
export function boundaries(levels: Float32Array): number[] {
  return Array.from(levels.subarray(1), (level, k) => (level + (levels[k] ?? 0)) / 2);
}

/** An activation table: from a value in equal steps to the index of its level. */
export interface BoundaryGrid {
  /** The step, in the unit of the values; above 0. */
  readonly dx: number;
  /** The value at which bin 0 begins. */
  readonly first: number;
  /**
   * The index of the level in each bin, ascending from 0; what is below the first bin belongs to it, and likewise above
   * the last.
   */
  readonly bins: readonly number[];
}

/**
 * The activation table for levels that are not equally spaced (NM and TBNU: dx is a common divisor of the
 * widths of the plateaus, with the boundaries nudged onto its grid; the table has Nx = `bins.length` entries):
 *
 *     level of y = bins[clamp(floor((y - first) / dx), 0, Nx - 1)]
 *
 * dx is (last boundary - first boundary) / n with a whole n: these two stay where they are, the others move to the
 * nearest grid line, and Nx = n + 2. Of all n with Nx <= `maxBins` that keep every boundary on a line of its own, so
 * that every level is reached, the one that moves them least in sum is taken (the smallest of equal ones; equally
 * spaced levels so have one bin each). A dx of the smallest gap or less always keeps them apart. If `maxBins` allows no
 * such n, the one that moves them least, and levels between boundaries on the same line are not reached.
 *
 * @param bounds ascending, finite, in the unit of the values (`boundaries`)
 * @throws InputError if `maxBins` is not a whole number of 2 or more
 */
export function nudgeToGrid(bounds: readonly number[], maxBins: number): BoundaryGrid {
  if (!Number.isInteger(maxBins) || maxBins < 2) {
    throw new InputError(`an activation table of ${maxBins} entries: a whole number of 2 or more is needed`, {
      next: 'Allow at least as many entries as there are activation levels.',
    });
  }
  const [lowest, highest] = [bounds[0], bounds.at(-1)];
  if (lowest === undefined || highest === undefined) return { dx: 1, first: 0, bins: [0] };
  const span = highest - lowest;
  if (span === 0 || maxBins === 2) return onOneLine(bounds);

  let best = { steps: 0, apart: false, nudge: Infinity };
  for (let steps = 1; steps <= maxBins - 2; steps++) {
    const found = { steps, ...judge(bounds, span / steps) };
    const closer = found.nudge < best.nudge - TIE * span;
    if (found.apart === best.apart ? closer : found.apart) best = found;
  }
  const dx = span / best.steps;
  const lines = bounds.map((bound) => lineOf(bound - lowest, dx) + 1);
  return { dx, first: lowest - dx, bins: binsOf(lines, best.steps + 2) };
}

/** Sums of nudges that differ by less than this part of the span are the same but for rounding. */
const TIE = 1e-9;

/** The grid line nearest to a boundary, counted from that of the first boundary. */
const lineOf = (distance: number, dx: number): number => Math.floor(distance / dx + 0.5);

/** Whether the boundaries are on different grid lines, and by how much they move in sum. */
function judge(bounds: readonly number[], dx: number): { readonly apart: boolean; readonly nudge: number } {
  const lowest = bounds[0] ?? 0;
  let apart = true;
  let nudge = 0;
  let before = -1;
  for (const bound of bounds) {
    const line = lineOf(bound - lowest, dx);
    apart &&= line > before;
    nudge += Math.abs(bound - lowest - line * dx);
    before = line;
  }
  return { apart, nudge };
}

/**
 * One line for all boundaries moves them least where the one in the middle is; only the outermost levels are reached.
 */
function onOneLine(bounds: readonly number[]): BoundaryGrid {
  const line = bounds[(bounds.length - 1) >> 1] ?? 0;
  const dx = Math.abs(line) || 1;
  return {
    dx,
    first: line - dx,
    bins: binsOf(
      bounds.map(() => 1),
      2,
    ),
  };
}

/** A bin's level is the number of boundaries at or below its beginning. `lines` ascends. */
function binsOf(lines: readonly number[], count: number): number[] {
  let level = 0;
  return Array.from({ length: count }, (_, bin) => {
    while ((lines[level] ?? Infinity) <= bin) level++;
    return level;
  });
}
