import type { ShiftTable, Thresholds } from '../network/index.js';
import { nudgeToGrid, type BoundaryGrid } from '../quantize/quantizers/index.js';

/** Most bins of an activation table; equally spaced boundaries take one a level, others what keeps them apart. */
const mostBins = (levels: number): number => (levels <= 32 ? 64 : 4 * levels);
/** What is left of a whole number of units after division. */
const ALMOST = 1e-6;

/** The bins of an activation table for ascending boundaries: one per level where they are equally spaced. */
export function gridOf(boundaries: readonly number[]): BoundaryGrid {
  const below = boundaries.filter(isBelow).length;
  const { bins, ...grid } = nudgeToGrid(
    boundaries.filter((boundary) => !isBelow(boundary) && !isAbove(boundary)),
    mostBins(boundaries.length + 1),
  );
  return { ...grid, bins: bins.map((index) => index + below) };
}

/** A grid as an activation table for accumulators that count in `unit`, of which 2^shift make a bin. */
export function activationTable({ first, bins }: BoundaryGrid, unit: number, shift: number): ShiftTable {
  return { kind: 'shiftTable', offset: Math.floor(ALMOST - first / unit), shift, table: bins };
}

/** The same list of thresholds, in accumulator units, for each of `count` channels. */
export function sharedThresholds(boundaries: readonly number[], count: number): Thresholds {
  const ascending = boundaries.filter((boundary) => !isAbove(boundary)).map(up);
  return { kind: 'thresholds', values: Array.from({ length: count }, () => ascending) };
}

/** The next whole number, but for the rounding of a division that should have given one. */
const up = (value: number): number => Math.ceil(value - 1e-12 * Math.max(1, Math.abs(value))) + 0;

export interface Boundaries {
  /** Before the activation function, real numbers. */
  readonly boundaries: readonly number[];
  /** Those of each channel, where they differ. */
  readonly own?: readonly (readonly number[])[] | null;
  /** Real numbers per accumulator unit. */
  readonly unit: number;
  readonly channels: readonly { readonly factor: number; readonly bias: number }[];
}

/**
 * Scale and bias of each channel in its thresholds: `factor * unit * acc + bias >= boundary` where
 * `acc >= (boundary - bias) / (factor * unit)`. This is batch norm without rounding it (FINN's way). What lies beyond 32
 * bits is put where no accumulator is; see `withinReach`.
 */
export function channelThresholds({ boundaries, own, unit, channels }: Boundaries): Thresholds {
  return {
    kind: 'thresholds',
    values: channels.map(({ factor, bias }, c) =>
      (own?.[c] ?? boundaries).map((boundary) => up((boundary - bias) / (factor * unit))),
    ),
  };
}

/**
 * Thresholds outside what the accumulators can reach, `min..max`, moved to its edges: it changes no index.
 *
 * @param spaced - keeps the distances of a channel's thresholds, as long as they fit 32 bits.
 */
export function withinReach(thresholds: Thresholds, min: number, max: number, spaced = false): Thresholds {
  const clamp = (value: number): number => Math.min(Math.max(value, min), max + 1) + 0;
  const stays = (row: readonly number[]): boolean => spaced && row.every((value) => value === (value | 0));
  return { kind: 'thresholds', values: thresholds.values.map((row) => (stays(row) ? row : row.map(clamp))) };
}

/** Far from all that is reached before the activation function: on the side of levels that it never falls to. */
const isBelow = (boundary: number): boolean => boundary <= -1e29;
/** On the side of levels that it never rises to. */
const isAbove = (boundary: number): boolean => boundary >= 1e29;
