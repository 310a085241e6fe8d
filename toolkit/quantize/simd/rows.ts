import type { Space } from './space.js';

/**
 * Values with channels innermost, as the kernels for them want it: rows of a multiple of four values, each of one or
 * more places. What is left over after the whole rows is copied into a last one and filled up.
 */
export interface Rows {
  readonly space: Space;
  readonly channels: number;
  /** Values in a row. */
  readonly width: number;
  /** Address of the values, and of the last row. */
  readonly z: number;
  readonly lastZ: number;
  /** Whole rows, and values left over. */
  readonly whole: number;
  readonly rest: number;
  /** The first value of each channel, with which the last row is filled up. */
  readonly pivot: Float32Array;
}

/** A clipped line: v = z * k + b, per channel, cut off at low and high. */
export interface Clipped {
  readonly k: Float64Array;
  readonly b: Float64Array;
  readonly low: number;
  readonly high: number;
  /** By what whole steps are multiplied; null: no rounding. */
  readonly step: number | null;
}

/** @param z - address of `length` values. */
export function layOut(space: Space, z: number, length: number, channels: number): Rows {
  const width = channels % 4 === 0 ? channels : channels % 2 === 0 ? 2 * channels : 4 * channels;
  const whole = Math.floor(length / width);
  const rest = length - whole * width;
  const pivot = space.viewFloats(z, channels).slice();
  const rows = { space, channels, width, z, whole, rest, pivot };
  const lastZ = rest === 0 ? 0 : lastOf(rows, z, (c) => pivot[c] as number);
  return { ...rows, lastZ };
}

type Whole = Omit<Rows, 'lastZ'>;

/** Address of the last row of an array, filled up. */
function lastOf(
  { space, channels, width, whole, rest }: Whole,
  array: number,
  fill: (channel: number) => number,
): number {
  const at = space.room(width);
  const row = space.viewFloats(at, width);
  row.set(space.viewFloats(array + 4 * whole * width, rest));
  for (let i = rest; i < width; i++) row[i] = fill(i % channels);
  return at;
}

/** Runs a kernel that writes `out` on the whole rows and on the last one. */
function writeRows(
  { space, width, whole, rest }: Rows,
  out: number,
  run: (rows: number, last: boolean, out: number) => void,
): void {
  run(whole, false, out);
  if (rest === 0) return;
  const last = space.room(width);
  run(1, true, last);
  space.viewFloats(out + 4 * whole * width, rest).set(space.viewFloats(last, rest));
}

/** Addresses of rows that repeat what is given per channel. */
function rowsOf({ space, channels, width }: Rows, all: readonly ArrayLike<number>[]): number[] {
  const at = space.room(all.length * width);
  return all.map((values, a) => {
    const row = space.viewFloats(at + 4 * a * width, width);
    for (let i = 0, c = 0; i < width; i++) {
      row[i] = values[c] as number;
      c = c + 1 === channels ? 0 : c + 1;
    }
    return at + 4 * a * width;
  });
}

/** Per channel, from a row of sums. */
function perChannel({ space, channels, width }: Rows, sums: number): Float64Array {
  const columns = space.viewDoubles(sums, width);
  const totals = columns.slice(0, channels);
  for (let i = channels; i < width; i++)
    totals[i % channels] = (totals[i % channels] as number) + (columns[i] as number);
  return totals;
}

/** Mean and variance per channel. By sums of z - pivot, which lose less to rounding than those of z do far from 0. */
export function momentsOf(rows: Rows): { readonly mean: Float32Array; readonly variance: Float32Array } {
  const { space, z, lastZ, whole, rest, width, channels, pivot } = rows;
  const { statistics } = space.kernels;
  const [row = 0] = rowsOf(rows, [pivot]);
  const sums = space.zeros(width);
  const squares = space.zeros(width);
  statistics(z, whole, width, row, sums, squares);
  if (rest > 0) statistics(lastZ, 1, width, row, sums, squares);
  const n = (whole * width + rest) / channels;
  const middles = perChannel(rows, sums).map((sum) => sum / n);
  const mean = Float32Array.from(middles, (middle, c) => (pivot[c] as number) + middle);
  const variance = Float32Array.from(perChannel(rows, squares), (square, c) =>
    Math.max(square / n - (middles[c] as number) ** 2, 0),
  );
  return { mean, variance };
}

/** Writes y = v clipped, or the whole number nearest to that times step. */
export function writeForward(rows: Rows, y: number, { k, b, low, high, step }: Clipped): void {
  const { space, z, lastZ, width } = rows;
  const [kRow = 0, bRow = 0] = rowsOf(rows, [k, b]);
  writeRows(rows, y, (count, last, out) => {
    const from = last ? lastZ : z;
    space.kernels.lineForward(from, out, count, width, kRow, bRow, low, high, step ?? 1, step !== null);
  });
}

/**
 * Sums over the places with low <= v < high: per channel of dy, and of dy * (z - mean). With rounding also the sum of
 * dy * (rounded v) over all places less that of dy * v over those; else 0.
 */
export function sumBackward(
  rows: Rows,
  dy: number,
  { k, b, low, high, step }: Clipped,
  mean: Float32Array,
): { readonly plain: Float64Array; readonly scaled: Float64Array; readonly steps: number } {
  const { space, z, lastZ, width, whole, rest } = rows;
  const [kRow = 0, bRow = 0, meanRow = 0] = rowsOf(rows, [k, b, mean]);
  const plain = space.zeros(width);
  const scaled = space.zeros(width);
  const run = (from: number, errors: number, count: number): number =>
    space.kernels.lineSums(
      from,
      errors,
      count,
      width,
      kRow,
      bRow,
      meanRow,
      low,
      high,
      step !== null,
      plain,
      scaled,
    );
  const steps =
    run(z, dy, whole) +
    (rest === 0
      ? 0
      : run(
          lastZ,
          lastOf(rows, dy, () => 0),
          1,
        ));
  return { plain: perChannel(rows, plain), scaled: perChannel(rows, scaled), steps };
}

/** Writes dz = dy * scale where low <= v < high, else 0; less z * p + q. */
export function writeBackward(
  rows: Rows,
  dy: number,
  dz: number,
  { k, b, low, high }: Clipped,
  scale: Float64Array,
  p: Float64Array,
  q: Float64Array,
): void {
  const { space, z, lastZ, width, rest } = rows;
  const [kRow = 0, bRow = 0, scaleRow = 0, pRow = 0, qRow = 0] = rowsOf(rows, [k, b, scale, p, q]);
  const lastDy = rest === 0 ? 0 : lastOf(rows, dy, () => 0);
  writeRows(rows, dz, (count, last, out) => {
    const [from, errors] = last ? [lastZ, lastDy] : [z, dy];
    space.kernels.lineBackward(from, errors, out, count, width, kRow, bRow, low, high, scaleRow, pRow, qRow);
  });
}
