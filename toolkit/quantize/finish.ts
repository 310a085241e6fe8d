import { activationFunction, type Activation } from '../model/activations.js';
import { layOut, momentsOf, sumBackward, writeBackward, writeForward, type Clipped } from './simd/rows.js';
import type { Space } from './simd/space.js';

/**
 * What follows the sums of a stage in training: norm or bias, activation function, rounding to levels. One pass over the
 * values forward and one or two back, in place of some twenty tensor operations.
 *
 * u = z * k + b per channel; a = f(u); y = the level nearest to a.
 */
export interface Finish {
  readonly channels: number;
  /** Neither a wave nor one per channel. */
  readonly activation: Activation;
  /** `bias`: k = 1. `batch`: by mean and variance of these values. `centred`: by their mean and given gains. `running`: by given ones. */
  readonly norm: 'bias' | 'batch' | 'centred' | 'running';
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
  /** k of each channel where it is not gamma / standard deviation; gradients of a batch norm then pass as if it were. */
  readonly gains?: Float32Array | null;
  /** [1] for uniform levels: their step; the level values, ascending, for uneven ones. */
  readonly levels: Float32Array | null;
}

/** Per channel, over all values of a batch; the variance is that of the values themselves (divided by n). */
export interface Statistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Gradients of what a finish learns. */
export interface FinishGradients {
  readonly shift: Float32Array;
  readonly gamma: Float32Array | null;
  readonly levels: Float32Array | null;
}

/** Values with channels innermost that lie in a space: `z` is their address. */
export interface Sums {
  readonly space: Space;
  readonly z: number;
  readonly length: number;
}

/** Per channel: u = z * k + b, and 1 / standard deviation for the way back. */
interface Affine {
  readonly k: Float64Array;
  readonly b: Float64Array;
  readonly inverse: Float64Array;
  readonly mean: Float32Array;
}

/**
 * Writes y.
 *
 * @param y - its address.
 * @returns The statistics used; null without a norm.
 */
export function finishForward(
  sums: Sums,
  y: number,
  finish: Finish,
  parameters: FinishParameters,
): Statistics | null {
  const { space, z, length } = sums;
  const rows = layOut(space, z, length, finish.channels);
  const measured = finish.norm === 'batch' || finish.norm === 'centred' ? momentsOf(rows) : null;
  const statistics = finish.norm === 'running' ? parameters.running : measured;
  const affine = affineOf(finish, parameters, statistics);
  const line = lineOf(finish, parameters, affine);
  if (line === null) curveForward(sums, y, finish, parameters, affine);
  else writeForward(rows, y, line);
  return statistics;
}

/**
 * The way back: writes dz. Rounding passes the gradient straight through between the outermost levels and stops it
 * beyond (NM: the derivative of the undiscretized function). A uniform step learns from the rounding error inside and
 * from what is cut off outside; an uneven level from the values rounded to it, the level 0 not at all.
 *
 * @param dy - address of the gradients of y.
 * @param dz - address for those of z; not that of dy.
 */
export function finishBackward(
  sums: Sums,
  dy: number,
  dz: number,
  finish: Finish,
  parameters: FinishParameters,
  statistics: Statistics | null,
): FinishGradients {
  const { space, z, length } = sums;
  const { channels, norm } = finish;
  const rows = layOut(space, z, length, channels);
  const affine = affineOf(finish, parameters, statistics);
  const { k, inverse, mean } = affine;
  const line = lineOf(finish, parameters, affine);
  let through: Line;
  let before: Before;
  if (line === null) {
    // Writes du where dz will be.
    before = curveBackward(sums, dy, dz, finish, parameters, affine);
    through = { k, b: affine.b, low: -Infinity, high: Infinity, step: null, gain: 1 };
  } else {
    const { plain, scaled, steps } = sumBackward(rows, dy, line, mean);
    const times = (sum: number): number => sum * line.gain;
    const levels = line.step === null ? null : Float32Array.of(steps);
    before = { shift: plain.map(times), gamma: scaled.map(times), levels };
    through = line;
  }
  const { shift, levels } = before;
  const gamma = before.gamma.map((sum, c) => sum * (inverse[c] as number));
  // d of the batch norm itself: its mean and variance depend on z too. dz = du * k - (z * p + q).
  const n = norm === 'batch' || norm === 'centred' ? length / channels : Infinity;
  // Given gains do not depend on the variance.
  const scaling = norm === 'centred' ? Infinity : n;
  const p = k.map((factor, c) => (factor * (inverse[c] as number) * (gamma[c] as number)) / scaling);
  const q = k.map(
    (factor, c) => (factor * (shift[c] as number)) / n - (p[c] as number) * (mean[c] as number),
  );
  const scale = k.map((factor) => factor * through.gain);
  writeBackward(rows, line === null ? dz : dy, dz, through, scale, p, q);
  return {
    shift: Float32Array.from(shift),
    gamma: norm === 'bias' ? null : Float32Array.from(gamma),
    levels,
  };
}

/** Gradients before the norm: of u, summed per channel with and without z - mean. */
interface Before {
  readonly shift: Float64Array;
  readonly gamma: Float64Array;
  readonly levels: Float32Array | null;
}

/**
 * Activation functions that are a line with clipped ends, together with uniform rounding: v = z * k + b clipped to
 * low..high counts steps, y = floor(v + 1/2) * step. Without rounding the step is 1 and nothing is floored.
 */
interface Line extends Clipped {
  readonly gain: number;
}

function lineOf(
  { activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b }: Affine,
): Line | null {
  const { line, least, greatest } = activationFunction(activation);
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

/** Any activation function, any levels. */
function curveForward(
  { space, z: at, length }: Sums,
  to: number,
  { channels, activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b }: Affine,
): void {
  const { apply } = activationFunction(activation);
  const { values, index } = rounder(rounding, levels);
  const z = space.viewFloats(at, length);
  const y = space.viewFloats(to, length);
  for (let i = 0; i < z.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const a = apply((z[i] as number) * (k[c] as number) + (b[c] as number));
      y[i] = rounding === null ? a : (values[index(a)] as number);
    }
  }
}

function curveBackward(
  { space, z: at, length }: Sums,
  from: number,
  into: number,
  { channels, activation, rounding }: Finish,
  { levels }: FinishParameters,
  { k, b, mean }: Affine,
): Before {
  const { apply, slope } = activationFunction(activation);
  const to = rounder(rounding, levels);
  const [lowest, highest] =
    rounding === null ? [-Infinity, Infinity] : [to.values[0] ?? 0, to.values.at(-1) ?? 0];
  const step = rounding?.kind === 'uniform' ? (levels?.[0] ?? 1) : 1;
  const z = space.viewFloats(at, length);
  const dy = space.viewFloats(from, length);
  const du = space.viewFloats(into, length);
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
  return { shift, gamma, levels: learned };
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

function affineOf(
  { channels, norm, epsilon }: Finish,
  { shift, gamma, gains }: FinishParameters,
  statistics: Statistics | null,
): Affine {
  const k = new Float64Array(channels).fill(1);
  const b = Float64Array.from({ length: channels }, (_, c) => shift[c] ?? 0);
  const inverse = new Float64Array(channels).fill(1);
  const mean = statistics?.mean ?? new Float32Array(channels);
  if (norm !== 'bias') {
    for (let c = 0; c < channels; c++) {
      inverse[c] = 1 / Math.sqrt((statistics?.variance[c] ?? 1) + epsilon);
      k[c] = gains?.[c] ?? (gamma?.[c] ?? 1) * (inverse[c] as number);
      b[c] = (shift[c] ?? 0) - (mean[c] ?? 0) * (k[c] as number);
    }
  }
  return { k, b, inverse, mean };
}
