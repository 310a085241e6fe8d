import { ACTIVATIONS, type Activation } from '../model/activations.js';
import { workspace, type Workspace } from './simd/kernels.js';

/**
 * What follows the sums of a stage in training: norm or bias, activation function, rounding to levels. One pass over the
 * values forward and one or two back, in place of some twenty tensor operations.
 *
 * u = z * k + b per channel; a = f(u); y = the level nearest to a.
 */
export interface Finish {
  readonly channels: number;
  readonly activation: Activation;
  /** `bias`: k = 1. `batch`: by mean and variance of these values. `running`: by given ones. */
  readonly norm: 'bias' | 'batch' | 'running';
  readonly epsilon: number;
  /** Null: no rounding. Else how many levels lie at and above 0 and below it. */
  readonly rounding: Rounding | null;
}

export type Rounding =
  { readonly kind: 'uniform'; readonly count: number; readonly zero: number } | { readonly kind: 'uneven' };

export interface FinishParameters {
  /** Bias, or beta of a norm; [channels]. */
  readonly shift: Float32Array;
  readonly gamma: Float32Array | null;
  /** For a running norm. */
  readonly running: Statistics | null;
  /** [1] for uniform levels: their step; the level values, ascending, for uneven ones. */
  readonly levels: Float32Array | null;
}

/** Per channel, over all values of a batch; the variance is that of the values themselves (divided by n). */
export interface Statistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface FinishGradients {
  readonly z: Float32Array;
  readonly shift: Float32Array;
  readonly gamma: Float32Array | null;
  readonly levels: Float32Array | null;
}

/** Per channel: u = z * k + b, and 1 / standard deviation for the way back. */
interface Affine {
  readonly k: Float64Array;
  readonly b: Float64Array;
  readonly inverse: Float64Array;
  readonly mean: Float32Array;
}

/** @param z - values with channels innermost; `statistics` are those used, null without a norm. */
export function finishForward(
  z: Float32Array,
  finish: Finish,
  parameters: FinishParameters,
): { readonly y: Float32Array; readonly statistics: Statistics | null } {
  const layout = layOut(z, finish.channels);
  const statistics = statisticsFor(layout, finish, parameters);
  const affine = affineOf(finish, parameters, statistics);
  const line = lineOf(finish, parameters, affine);
  const y = line === null ? curveForward(z, finish, parameters, affine) : lineForward(layout, line);
  return { y, statistics };
}

/**
 * The way back. Rounding passes the gradient straight through between the outermost levels and stops it beyond (NM: the
 * derivative of the undiscretized function). A uniform step learns from the rounding error inside and from what is cut
 * off outside; an uneven level from the values rounded to it, the level 0 not at all.
 */
export function finishBackward(
  z: Float32Array,
  dy: Float32Array,
  finish: Finish,
  parameters: FinishParameters,
  statistics: Statistics | null,
): FinishGradients {
  const { channels, norm } = finish;
  const layout = layOut(z, channels);
  const affine = affineOf(finish, parameters, statistics);
  const { k, inverse, mean } = affine;
  const line = lineOf(finish, parameters, affine);
  const { errors, through, shift, gamma, levels } =
    line === null
      ? curveBackward(layout, z, dy, finish, parameters, affine)
      : lineSums(layout, dy, line, affine);
  for (let c = 0; c < channels; c++) gamma[c] = (gamma[c] as number) * (inverse[c] as number);
  // d of the batch norm itself: its mean and variance depend on z too. dz = du * k - (z * p + q).
  const n = norm === 'batch' ? z.length / channels : Infinity;
  const p = k.map((factor, c) => (factor * (inverse[c] as number) * (gamma[c] as number)) / n);
  const q = k.map(
    (factor, c) => (factor * (shift[c] as number)) / n - (p[c] as number) * (mean[c] as number),
  );
  return {
    z: errorsOf(layout, errors, through, k, p, q),
    shift: Float32Array.from(shift),
    gamma: norm === 'bias' ? null : Float32Array.from(gamma),
    levels,
  };
}

/** Gradients before the norm: of u, and summed per channel with and without z - mean. */
interface Before {
  /** The address of dy, */
  readonly errors: number;
  /** and where it passes; du = dy * gain there, 0 elsewhere. */
  readonly through: Pick<Line, 'k' | 'b' | 'low' | 'high' | 'gain'>;
  readonly shift: Float64Array;
  readonly gamma: Float64Array;
  readonly levels: Float32Array | null;
}

/**
 * Activation functions that are a line with clipped ends, together with uniform rounding: v = z * k + b clipped to
 * low..high counts steps, y = floor(v + 1/2) * step. Without rounding the step is 1 and nothing is floored.
 */
interface Line {
  readonly k: Float64Array;
  readonly b: Float64Array;
  readonly low: number;
  readonly high: number;
  readonly gain: number;
  /** Null: no rounding. */
  readonly step: number | null;
}

function lineOf(
  { activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b }: Affine,
): Line | null {
  const { line, least, greatest } = ACTIVATIONS[activation];
  if (line === null || rounding?.kind === 'uneven') return null;
  const step = rounding === null ? null : (levels?.[0] ?? 1);
  const per = 1 / (step ?? 1);
  const lowest = rounding === null ? -Infinity : -rounding.zero;
  const highest = rounding === null ? Infinity : lowest + rounding.count - 1;
  return {
    k: k.map((factor) => factor * line.gain * per),
    b: b.map((summand) => (summand * line.gain + line.offset) * per),
    low: Math.max(lowest, least * per),
    high: Math.min(highest, greatest * per),
    gain: line.gain,
    step,
  };
}

/**
 * Values in the memory of the kernels, as rows of a multiple of four values: so many places that their channels fill
 * one, and the last row filled up.
 */
interface Layout {
  readonly space: Workspace;
  readonly z: number;
  readonly length: number;
  readonly channels: number;
  readonly rows: number;
  readonly width: number;
  /** The first value of each channel, with which the last row is filled up. */
  readonly pivot: Float32Array;
}

function layOut(z: Float32Array, channels: number): Layout {
  const width = channels % 4 === 0 ? channels : channels % 2 === 0 ? 2 * channels : 4 * channels;
  const rows = Math.ceil(z.length / width);
  const space = workspace();
  const pivot = z.slice(0, channels);
  const end = filled(pivot, rows * width - z.length);
  return { space, z: space.floats(z, end), length: z.length, channels, rows, width, pivot };
}

/** The values over and over. */
function filled(values: ArrayLike<number>, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => values[i % values.length] as number);
}

/** Address of a row with a value for each channel. */
const rowOf = ({ space, width }: Layout, values: ArrayLike<number>): number =>
  space.floats(filled(values, width));

/** Per channel, from a row of sums. */
function perChannel({ space, channels, width }: Layout, sums: number): Float64Array {
  const columns = space.readDoubles(sums, width);
  return Float64Array.from({ length: channels }, (_, c) => {
    let total = 0;
    for (let i = c; i < width; i += channels) total += columns[i] as number;
    return total;
  });
}

function lineForward(layout: Layout, { k, b, low, high, step }: Line): Float32Array {
  const { space, z, length, rows, width } = layout;
  const y = space.room(rows * width);
  space.kernels.lineForward(
    z,
    y,
    rows,
    width,
    rowOf(layout, k),
    rowOf(layout, b),
    low,
    high,
    step ?? 1,
    step !== null,
  );
  return space.readFloats(y, length);
}

function lineSums(layout: Layout, dy: Float32Array, line: Line, { mean }: Affine): Before {
  const { space, z, rows, width } = layout;
  const { k, b, low, high, gain, step } = line;
  const errors = space.floats(dy, new Float32Array(rows * width - dy.length));
  const shift = space.zeros(width);
  const gamma = space.zeros(width);
  const learned = space.kernels.lineSums(
    z,
    errors,
    rows,
    width,
    rowOf(layout, k),
    rowOf(layout, b),
    rowOf(layout, mean),
    low,
    high,
    step !== null,
    shift,
    gamma,
  );
  return {
    errors,
    through: line,
    shift: perChannel(layout, shift).map((sum) => sum * gain),
    gamma: perChannel(layout, gamma).map((sum) => sum * gain),
    levels: step === null ? null : Float32Array.of(learned),
  };
}

/** dz = du * k - (z * p + q). */
function errorsOf(
  layout: Layout,
  errors: number,
  through: Before['through'],
  k: Float64Array,
  p: Float64Array,
  q: Float64Array,
): Float32Array {
  const { space, z, length, rows, width } = layout;
  space.kernels.lineBackward(
    z,
    errors,
    errors,
    rows,
    width,
    rowOf(layout, through.k),
    rowOf(layout, through.b),
    through.low,
    through.high,
    rowOf(
      layout,
      k.map((factor) => factor * through.gain),
    ),
    rowOf(layout, p),
    rowOf(layout, q),
  );
  return space.readFloats(errors, length);
}

/** Any activation function, any levels. */
function curveForward(
  z: Float32Array,
  { channels, activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b }: Affine,
): Float32Array {
  const { apply } = ACTIVATIONS[activation];
  const to = rounder(rounding, levels);
  const y = new Float32Array(z.length);
  for (let i = 0; i < z.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const a = apply((z[i] as number) * (k[c] as number) + (b[c] as number));
      y[i] = rounding === null ? a : (to.values[to.index(a)] as number);
    }
  }
  return y;
}

function curveBackward(
  { space, rows, width }: Layout,
  z: Float32Array,
  dy: Float32Array,
  { channels, activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b, mean }: Affine,
): Before {
  const { apply, slope } = ACTIVATIONS[activation];
  const to = rounder(rounding, levels);
  const [lowest, highest] =
    rounding === null ? [-Infinity, Infinity] : [to.values[0] ?? 0, to.values.at(-1) ?? 0];
  const step = rounding?.kind === 'uniform' ? (levels?.[0] ?? 1) : 1;
  const du = new Float32Array(z.length);
  const shift = new Float64Array(channels);
  const gamma = new Float64Array(channels);
  const gradients = new Float64Array(levels?.length ?? 0);
  for (let i = 0; i < z.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const u = (z[i] as number) * (k[c] as number) + (b[c] as number);
      const a = apply(u);
      const inside = a > lowest && a < highest;
      const d = dy[i] as number;
      if (rounding !== null) {
        const index = to.index(a);
        if (rounding.kind === 'uneven') gradients[index] = (gradients[index] as number) + d;
        else {
          const error = (to.values[index] as number) - (inside ? a : 0);
          gradients[0] = (gradients[0] as number) + (d * error) / step;
        }
      }
      const through = inside ? d * slope(u) : 0;
      du[i] = through;
      shift[c] = (shift[c] as number) + through;
      gamma[c] = (gamma[c] as number) + through * ((z[i] as number) - (mean[c] as number));
    }
  }
  const learned =
    rounding === null || levels === null
      ? null
      : Float32Array.from(gradients, (sum, index) =>
          rounding.kind === 'uneven' && levels[index] === 0 ? 0 : sum,
        );
  const errors = space.floats(du, new Float32Array(rows * width - du.length));
  const through = { k, b, low: -Infinity, high: Infinity, gain: 1 };
  return { errors, through, shift, gamma, levels: learned };
}

/** The values of the levels, and the index of the level nearest to a value. */
function rounder(rounding: Rounding | null, levels: Float32Array | null) {
  if (rounding === null || levels === null) return { values: new Float64Array(1), index: () => 0 };
  if (rounding.kind === 'uniform') {
    const { count, zero } = rounding;
    const step = levels[0] ?? 1;
    const values = Float64Array.from({ length: count }, (_, index) => (index - zero) * step);
    const index = (a: number): number => Math.min(Math.max(Math.floor(a / step + 0.5) + zero, 0), count - 1);
    return { values, index };
  }
  const values = Float64Array.from(levels);
  const middles = values.subarray(1).map((value, i) => (value + (values[i] ?? 0)) / 2);
  const index = (a: number): number => {
    let at = 0;
    while (at < middles.length && a >= (middles[at] as number)) at++;
    return at;
  };
  return { values, index };
}

function statisticsFor(layout: Layout, finish: Finish, { running }: FinishParameters): Statistics | null {
  if (finish.norm === 'bias') return null;
  return finish.norm === 'running' ? running : batchStatistics(layout);
}

/** By sums of z - pivot, which lose less to rounding than those of z where the mean is far from 0. */
function batchStatistics(layout: Layout): Statistics {
  const { space, z, length, channels, rows, width, pivot } = layout;
  const n = length / channels;
  const [sums, squares] = [space.zeros(width), space.zeros(width)];
  space.kernels.statistics(z, rows, width, rowOf(layout, pivot), sums, squares);
  const middles = perChannel(layout, sums).map((sum) => sum / n);
  const mean = Float32Array.from(middles, (middle, c) => (pivot[c] ?? 0) + middle);
  const variance = Float32Array.from(perChannel(layout, squares), (square, c) =>
    Math.max(square / n - (middles[c] ?? 0) ** 2, 0),
  );
  return { mean, variance };
}

function affineOf(
  { channels, norm, epsilon }: Finish,
  { shift, gamma }: FinishParameters,
  statistics: Statistics | null,
): Affine {
  const k = new Float64Array(channels).fill(1);
  const b = Float64Array.from({ length: channels }, (_, c) => shift[c] ?? 0);
  const inverse = new Float64Array(channels).fill(1);
  const mean = statistics?.mean ?? new Float32Array(channels);
  if (norm !== 'bias') {
    for (let c = 0; c < channels; c++) {
      inverse[c] = 1 / Math.sqrt((statistics?.variance[c] ?? 1) + epsilon);
      k[c] = (gamma?.[c] ?? 1) * (inverse[c] as number);
      b[c] = (shift[c] ?? 0) - (mean[c] ?? 0) * (k[c] as number);
    }
  }
  return { k, b, inverse, mean };
}
