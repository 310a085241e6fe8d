import type { FusedWeighted } from '../model/fuse.js';
import type { StageQuantization } from './build-quantized.js';
import { cholesky, solve } from './cholesky.js';
import type { Tensor } from './float-pass.js';
import { levelIndex, levelValue, type Levels } from './levels.js';
import { windowMoments, type Moments } from './window-moments.js';

/** Stages whose outputs read more values than that get each weight at its nearest level: the cost is cubic. */
const MOST_TAPS = 1024;
/** Least weight of what the weights were before, as a fraction of the mean variance under the taps. */
const LEAST_DAMPING = 0.01;

/**
 * Weights at their levels, chosen together so that the sums come as near as possible to those of the float network
 * (least squares over the windows of the calibration pictures). First the real weights that do so on what the stage
 * reads now, levels and all; then, one after the other, each weight goes to the level nearest to where it does least
 * harm, and those that follow make good for it. This is the nearest-plane algorithm (Babai 1986), the same as what GPTQ does
 * (Frantar et al. 2022, arXiv 2210.17323) in another order. What the pictures do not tell stays as it was.
 *
 * @param inputs - what the stage reads, for each picture.
 * @param wanted - sums of the float network, norm and bias included, for each picture.
 */
export function roundWeights(
  stage: FusedWeighted,
  inputs: Tensor,
  wanted: Tensor,
  found: StageQuantization,
): StageQuantization {
  const channels = stage.bias.length;
  const taps = stage.kernel.length / channels;
  if (taps > MOST_TAPS) return found;
  const { scale, weightLevels } = found;
  const levels = { values: Array.from(weightLevels) };
  const weights = found.weights.slice();
  const groups = windowMoments(stage, inputs, wanted);
  const outputs = channels / groups.length;
  groups.forEach((moments, g) => {
    const planes = new Map<string, Plane | null>();
    moments.cross.forEach((cross, o) => {
      const c = g * outputs + o;
      const present = presentTaps(stage, c, taps);
      const key = present.length === taps ? '' : present.join();
      const plane = planes.get(key) ?? planeOf(moments, present);
      planes.set(key, plane);
      if (plane === null) return;
      const before = Float64Array.from({ length: taps }, (_, tap) => weights[tap * channels + c] ?? 0);
      const target = cross.map((value) => value / (scale?.[c] ?? 1));
      for (const [tap, level] of roundOne(plane, before, target, levels)) weights[tap * channels + c] = level;
    });
  });
  return { ...found, weights };
}

/** The taps under which an output has weights. */
function presentTaps({ present, bias }: FusedWeighted, channel: number, taps: number): readonly number[] {
  const all = Array.from({ length: taps }, (_, tap) => tap);
  return present === undefined ? all : all.filter((tap) => present[tap * bias.length + channel] === 1);
}

/** The quadratic form of the error, with the taps in the order of their variance. */
interface Plane {
  readonly order: readonly number[];
  readonly damping: number;
  readonly factor: Float64Array;
}

function planeOf({ taps, gram, windows }: Moments, present: readonly number[]): Plane | null {
  const n = present.length;
  const variance = Array.from({ length: taps }, (_, tap) => gram[tap * taps + tap] ?? 0);
  const mean = present.reduce((sum, tap) => sum + (variance[tap] ?? 0), 0) / n;
  // The fewer windows a tap has, the less they are believed.
  const damping = mean * Math.max(LEAST_DAMPING, n / windows);
  // The last are rounded first; those that matter most have all others to make good for them.
  const order = [...present].sort((a, b) => (variance[a] ?? 0) - (variance[b] ?? 0));
  const ordered = new Float64Array(n * n);
  order.forEach((from, i) => {
    order.forEach((other, j) => (ordered[i * n + j] = gram[from * taps + other] ?? 0));
    ordered[i * n + i] = (ordered[i * n + i] ?? 0) + damping;
  });
  const factor = cholesky(ordered, n);
  return factor === null ? null : { order, damping, factor };
}

/** The levels of one output's weights, with their taps. */
function roundOne(
  { order, damping, factor }: Plane,
  before: Float64Array,
  target: Float64Array,
  levels: Levels,
): readonly (readonly [number, number])[] {
  const n = order.length;
  const pulled = Float64Array.from(order, (tap) => (target[tap] ?? 0) + damping * (before[tap] ?? 0));
  const best = solve(factor, pulled);
  const off = new Float64Array(n);
  const rounded: (readonly [number, number])[] = [];
  for (let j = n - 1; j >= 0; j--) {
    const row = factor.subarray(j * n, (j + 1) * n);
    let owed = 0;
    for (let k = j + 1; k < n; k++) owed += (row[k] as number) * (off[k] as number);
    const wanted = best[j] as number;
    const level = levelValue(levels, levelIndex(levels, wanted + owed / (row[j] as number)));
    off[j] = wanted - level;
    rounded.push([order[j] as number, level]);
  }
  return rounded;
}
