import type { ShiftTable, Thresholds } from '../network/index.js';

/** Most bins of an activation table for unevenly spaced boundaries. */
const MOST_BINS = 256;
/** Such a table divides the narrowest plateau into so many bins, so that a boundary moves by an eighth of it at most. */
const BINS_PER_PLATEAU = 4;
/** Gaps that differ by less, relative to the mean, are equal: what seven digits leave of equal ones. */
const EQUAL = 1e-5;

/**
 * The width dx of the bins of an activation table for these ascending boundaries (in the unit of the boundaries): their
 * distance where they are equally spaced; else a quarter of the narrowest plateau, or what 256 bins allow.
 */
export function binWidth(boundaries: readonly number[]): number {
  const first = boundaries[0] ?? 0;
  const last = reachable(boundaries).at(-1) ?? first;
  const gaps = reachable(boundaries)
    .slice(1)
    .map((boundary, k) => boundary - (boundaries[k] ?? 0));
  if (gaps.length === 0) return Math.abs(first) || 1;
  const mean = (last - first) / gaps.length;
  if (gaps.every((gap) => Math.abs(gap - mean) <= EQUAL * mean)) return mean;
  return Math.max(Math.min(...gaps) / BINS_PER_PLATEAU, (last - first) / (MOST_BINS - 2));
}

/**
 * Boundaries in accumulator units as an activation table (NM, section on activation tables): bins are 2^shift wide, the
 * first boundary lies on the border of the first two, the others are nudged to the nearest border.
 */
export function activationTable(boundaries: readonly number[], shift: number): ShiftTable {
  const first = boundaries[0] ?? 0;
  const borders = reachable(boundaries).map((boundary) => Math.round((boundary - first) / 2 ** shift));
  const bins = (borders.at(-1) ?? 0) + 2;
  const table = Array.from({ length: bins }, (_, bin) => borders.filter((border) => border < bin).length);
  return { kind: 'shiftTable', offset: 2 ** shift - Math.ceil(first), shift, table };
}

/** The same list of thresholds, in accumulator units, for each of `count` channels. */
export function sharedThresholds(boundaries: readonly number[], count: number): Thresholds {
  const ascending = reachable(boundaries).map(Math.ceil);
  return { kind: 'thresholds', values: Array.from({ length: count }, () => ascending) };
}

export interface Boundaries {
  /** Before the activation function, real numbers. */
  readonly boundaries: readonly number[];
  /** Real numbers per accumulator unit. */
  readonly unit: number;
  readonly channels: readonly { readonly factor: number; readonly bias: number }[];
}

/**
 * Scale and bias of each channel in its thresholds: `factor * unit * acc + bias >= boundary` where
 * `acc >= (boundary - bias) / (factor * unit)`. This is batch norm without rounding it (FINN's way). What lies beyond 32
 * bits is put where no accumulator is; see `withinReach`.
 */
export function channelThresholds({ boundaries, unit, channels }: Boundaries): Thresholds {
  return {
    kind: 'thresholds',
    values: channels.map(({ factor, bias }) =>
      boundaries.map((boundary) => Math.ceil((boundary - bias) / (factor * unit))),
    ),
  };
}

/** Thresholds outside what the accumulators can reach, `min..max`, moved to its edges: it changes no index. */
export function withinReach(thresholds: Thresholds, min: number, max: number): Thresholds {
  const clamp = (value: number): number => Math.min(Math.max(value, min), max + 1) + 0;
  return { kind: 'thresholds', values: thresholds.values.map((row) => row.map(clamp)) };
}

/** Boundaries of levels that no value before the activation function reaches are left out: the last ones. */
const reachable = (boundaries: readonly number[]): readonly number[] =>
  boundaries.filter((boundary) => Math.abs(boundary) < 1e29);
