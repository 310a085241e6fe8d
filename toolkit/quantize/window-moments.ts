import { eachInWindow } from '../model/evaluate-float.js';
import type { FusedWeighted } from '../model/fuse.js';
import type { Tensor } from './float-pass.js';

/** Outputs of a stage that read the same values: second moments of these and of the sums, about the means. */
export interface Moments {
  readonly taps: number;
  /** Covariance of the values under the taps; [taps][taps]. */
  readonly gram: Float64Array;
  /** Covariance of them with the wanted sums; [outputs][taps]. */
  readonly cross: readonly Float64Array[];
  /** Windows that were looked at. */
  readonly windows: number;
}

/** Windows per tap: more than that tell hardly anything new. */
const WINDOWS_PER_TAP = 6;
const LEAST_WINDOWS = 2000;

/**
 * Second moments of what a stage reads and of what its sums should be, from a sample of all windows of all pictures.
 * One entry for a dense stage or a convolution; one per channel for a depthwise one.
 *
 * @param inputs - what the stage reads, for each picture.
 * @param wanted - the sums that it should give, for each picture.
 */
export function windowMoments(stage: FusedWeighted, inputs: Tensor, wanted: Tensor): readonly Moments[] {
  const channels = stage.bias.length;
  const taps = stage.kernel.length / channels;
  const places = (wanted[0]?.length ?? 0) / channels;
  const all = inputs.length * places;
  const count = Math.min(all, Math.max(LEAST_WINDOWS, WINDOWS_PER_TAP * taps));
  // A stride that has no common rhythm with the rows of a picture.
  const windows = Array.from({ length: count }, (_, k) =>
    Math.floor(((k + ((k * GOLDEN) % 1)) * all) / count),
  );
  const depthwise = stage.kind === 'depthwiseConv2d';
  const groups = depthwise ? channels : 1;
  const outputs = channels / groups;
  const sums = Array.from({ length: groups }, () => momentSums(taps, outputs));
  const under = new Float64Array(groups * taps);
  for (const window of windows) {
    const p = Math.floor(window / places);
    const place = window % places;
    gather(stage, inputs[p] ?? new Float32Array(), place, under);
    const sum = wanted[p]?.subarray(place * channels, (place + 1) * channels) ?? new Float32Array(channels);
    sums.forEach((own, g) => {
      own.add(under.subarray(g * taps, (g + 1) * taps), sum.subarray(g * outputs, (g + 1) * outputs));
    });
  }
  return sums.map((own) => own.about(count));
}

const GOLDEN = 0.618_033_988_75;

/** Values under a window, in the order of the kernel: [taps], or for a depthwise stage [channels][taps]; 0 in the padding. */
function gather(stage: FusedWeighted, input: Float32Array, place: number, under: Float64Array): void {
  if (stage.kind === 'dense') {
    under.set(input);
    return;
  }
  const [, width, channels] = stage.inputShape;
  const [rows, columns] = stage.kernelSize;
  const taps = rows * columns;
  const depthwise = stage.kind === 'depthwiseConv2d';
  const row = Math.floor(place / stage.shape[1]);
  under.fill(0);
  eachInWindow(stage, stage.kernelSize, row, place % stage.shape[1], (y, x, inputRow, inputColumn) => {
    const tap = y * columns + x;
    const from = (inputRow * width + inputColumn) * channels;
    const values = input.subarray(from, from + channels);
    if (depthwise) values.forEach((value, c) => (under[c * taps + tap] = value));
    else under.set(values, tap * channels);
  });
}

function momentSums(taps: number, outputs: number) {
  const x = new Float64Array(taps);
  const xx = new Float64Array(taps * taps);
  const y = new Float64Array(outputs);
  const xy = Array.from({ length: outputs }, () => new Float64Array(taps));
  return {
    add(under: Float64Array, sums: Float32Array): void {
      // Plain loops: this is quadratic in the taps, for each window.
      for (let i = 0; i < taps; i++) {
        const value = under[i] as number;
        if (value === 0) continue;
        x[i] = (x[i] as number) + value;
        const row = xx.subarray(i * taps, (i + 1) * taps);
        for (let j = i; j < taps; j++) row[j] = (row[j] as number) + value * (under[j] as number);
      }
      for (let o = 0; o < outputs; o++) {
        const sum = sums[o] as number;
        const row = xy[o] as Float64Array;
        y[o] = (y[o] as number) + sum;
        for (let i = 0; i < taps; i++) row[i] = (row[i] as number) + sum * (under[i] as number);
      }
    },
    about(windows: number): Moments {
      const gram = new Float64Array(taps * taps);
      for (let i = 0; i < taps; i++) {
        for (let j = i; j < taps; j++) {
          const own =
            (xx[i * taps + j] as number) / windows - ((x[i] as number) * (x[j] as number)) / windows ** 2;
          gram[i * taps + j] = own;
          gram[j * taps + i] = own;
        }
      }
      const cross = xy.map((row, o) =>
        row.map((sum, i) => sum / windows - ((x[i] as number) * (y[o] as number)) / windows ** 2),
      );
      return { taps, gram, cross, windows };
    },
  };
}
