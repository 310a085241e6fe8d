import { ACTIVATIONS, type Activation } from '../model/activations.js';

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
  const statistics = statisticsFor(z, finish, parameters);
  const affine = affineOf(finish, parameters, statistics);
  const line = lineOf(finish, parameters, affine);
  const y = line === null ? curveForward(z, finish, parameters, affine) : lineForward(z, finish, line);
  return { y, statistics };
}

/**
 * The way back. `dy` is used up: the answer may be written over it. Rounding passes the gradient straight through between the outermost levels and stops it beyond (NM: the
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
  const affine = affineOf(finish, parameters, statistics);
  const { k, inverse, mean } = affine;
  const line = lineOf(finish, parameters, affine);
  const { du, shift, gamma, levels } =
    line === null
      ? curveBackward(z, dy, finish, parameters, affine)
      : lineBackward(z, dy, finish, line, affine);
  for (let c = 0; c < channels; c++) gamma[c] = (gamma[c] as number) * (inverse[c] as number);
  if (norm === 'batch') {
    // d of the batch norm itself: its mean and variance depend on z too. dz = du * k - (p * z + q).
    const n = z.length / channels;
    const p = k.map((factor, c) => (factor * (inverse[c] as number) * (gamma[c] as number)) / n);
    const q = k.map(
      (factor, c) => (factor * (shift[c] as number)) / n - (p[c] as number) * (mean[c] as number),
    );
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        du[i] =
          (du[i] as number) * (k[c] as number) - ((z[i] as number) * (p[c] as number) + (q[c] as number));
      }
    }
  } else if (norm === 'running') {
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) du[i] = (du[i] as number) * (k[c] as number);
    }
  }
  return {
    z: du,
    shift: Float32Array.from(shift),
    gamma: norm === 'bias' ? null : Float32Array.from(gamma),
    levels,
  };
}

/** Gradients before the norm: of u, and summed per channel with and without z - mean. */
interface Before {
  readonly du: Float32Array;
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

// The loops below run over millions of values a step, and half of the branches on a value would be guessed wrong: so they
// clip by the sign bits of integers, `x >> 31` being -1 for a negative x and 0 for others.

function lineForward(z: Float32Array, { channels }: Finish, line: Line): Float32Array {
  const { k, b, low, high, step } = line;
  const y = new Float32Array(z.length);
  if (step === null && low === 0 && high === Infinity) {
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        const v = (z[i] as number) * (k[c] as number) + (b[c] as number);
        y[i] = (v + Math.abs(v)) / 2;
      }
    }
    return y;
  }
  if (step === null || !Number.isInteger(low) || !Number.isInteger(high)) {
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        const v = Math.min(Math.max((z[i] as number) * (k[c] as number) + (b[c] as number), low), high);
        y[i] = step === null ? v : Math.floor(v + 0.5) * step;
      }
    }
    return y;
  }
  const most = high - low;
  for (let i = 0; i < z.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const index = (Math.floor((z[i] as number) * (k[c] as number) + (b[c] as number) + 0.5) | 0) - low;
      const above = index & ~(index >> 31);
      const left = most - above;
      y[i] = (above + (left & (left >> 31)) + low) * step;
    }
  }
  return y;
}

/** `du` may be written over `dy`. */
function lineBackward(
  z: Float32Array,
  dy: Float32Array,
  { channels }: Finish,
  { k, b, low, high, gain, step }: Line,
  { mean }: Affine,
): Before {
  const shift = new Float64Array(channels);
  const gamma = new Float64Array(channels);
  let stepGradient = 0;
  if (step === null && low === 0 && high === Infinity) {
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        const x = z[i] as number;
        const positive = (Math.floor(x * (k[c] as number) + (b[c] as number)) >> 31) + 1;
        const before = (dy[i] as number) * positive * gain;
        dy[i] = before;
        shift[c] = (shift[c] as number) + before;
        gamma[c] = (gamma[c] as number) + before * (x - (mean[c] as number));
      }
    }
  } else if (step === null || !Number.isInteger(low) || !Number.isInteger(high)) {
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        const v = (z[i] as number) * (k[c] as number) + (b[c] as number);
        const clipped = Math.min(Math.max(v, low), high);
        const d = dy[i] as number;
        const through = v === clipped ? d : 0;
        if (step !== null) stepGradient += d * Math.floor(clipped + 0.5) - through * v;
        dy[i] = through * gain;
        shift[c] = (shift[c] as number) + through * gain;
        gamma[c] = (gamma[c] as number) + through * gain * ((z[i] as number) - (mean[c] as number));
      }
    }
  } else {
    const most = high - low;
    for (let i = 0; i < z.length;) {
      for (let c = 0; c < channels; c++, i++) {
        const x = z[i] as number;
        const v = x * (k[c] as number) + (b[c] as number);
        const whole = Math.floor(v) | 0;
        // 1 for low <= v < high, else 0.
        const inside = (((whole - low) >> 31) | ((high - 1 - whole) >> 31)) + 1;
        const index = (Math.floor(v + 0.5) | 0) - low;
        const above = index & ~(index >> 31);
        const left = most - above;
        const d = dy[i] as number;
        const through = d * inside;
        stepGradient += d * (above + (left & (left >> 31)) + low) - through * v;
        const before = through * gain;
        dy[i] = before;
        shift[c] = (shift[c] as number) + before;
        gamma[c] = (gamma[c] as number) + before * (x - (mean[c] as number));
      }
    }
  }
  return { du: dy, shift, gamma, levels: step === null ? null : Float32Array.of(stepGradient) };
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
  if (rounding === null || levels === null) return { du, shift, gamma, levels: null };
  const learned = Float32Array.from(gradients, (sum, index) =>
    rounding.kind === 'uneven' && levels[index] === 0 ? 0 : sum,
  );
  return { du, shift, gamma, levels: learned };
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

function statisticsFor(z: Float32Array, finish: Finish, { running }: FinishParameters): Statistics | null {
  if (finish.norm === 'bias') return null;
  return finish.norm === 'running' ? running : batchStatistics(z, finish.channels);
}

function batchStatistics(z: Float32Array, channels: number): Statistics {
  const n = z.length / channels;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < z.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = z[i] as number;
      sums[c] = (sums[c] as number) + value;
      squares[c] = (squares[c] as number) + value * value;
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / n);
  const variance = Float32Array.from(squares, (square, c) =>
    Math.max(square / n - ((sums[c] as number) / n) ** 2, 0),
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
