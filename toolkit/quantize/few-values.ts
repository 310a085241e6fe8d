import { affine, type FusedWeighted } from '../model/fuse.js';
import type { StageQuantization } from './build-quantized.js';

/** Weights of a channel that are no more than this many steps are looked through for a common step. */
const MOST_STEPS = 127;
/** The smallest weight is at most so many steps. */
const SMALLEST = 8;
const EQUAL = 1e-4;

/**
 * Weight levels of a kernel whose values are few, as those of networks are that were trained with few: each value is a
 * level, and none is rounded. Where the stage may have a scale per channel, values may be few multiples of a step per channel.
 * Null where there are more than `count`.
 *
 * @param scaled - whether the output channels may have a scale each.
 */
export function fewValues(stage: FusedWeighted, count: number, scaled: boolean): StageQuantization | null {
  const { kernel, bias, norm } = stage;
  const scale = norm === null ? null : affine(norm).scale;
  if (scale !== null && !scaled) {
    const folded = kernel.map((weight, i) => weight * (scale[i % bias.length] ?? 1));
    return asLevels(folded, count, null, bias);
  }
  const own = asLevels(kernel, count, scale, bias);
  const stepped = scaled ? inSteps(stage, own?.weightLevels.length ?? count, scale) : null;
  return stepped !== null && stepped.weightLevels.length < (own?.weightLevels.length ?? Infinity)
    ? stepped
    : own;
}

function asLevels(
  weights: Float32Array,
  count: number,
  scale: Float32Array | null,
  bias: Float32Array,
): StageQuantization | null {
  const values = new Set<number>();
  for (const weight of weights) if (values.add(weight + 0).size > count) return null;
  if (values.size < count) values.add(0);
  const weightLevels = Float32Array.from(values).sort();
  return { weights, weightLevels, scale, bias, exact: true };
}

/** The weights of each channel as multiples of its own step. */
function inSteps(stage: FusedWeighted, count: number, scale: Float32Array | null): StageQuantization | null {
  const { kernel, bias } = stage;
  const channels = bias.length;
  const multiples = new Float32Array(kernel.length);
  const steps = new Float32Array(channels).fill(1);
  for (let c = 0; c < channels; c++) {
    const own = kernel.filter((_, i) => i % channels === c);
    const step = commonStep(own);
    if (step === null) return null;
    steps[c] = step;
    own.forEach((weight, i) => (multiples[i * channels + c] = Math.round(weight / step) + 0));
  }
  return asLevels(
    multiples,
    count,
    steps.map((step, c) => step * (scale?.[c] ?? 1)),
    bias,
  );
}

/** The largest number of which all values are whole multiples, and not many; null if there is none. */
function commonStep(values: Float32Array): number | null {
  const sizes = [...new Set(values.map(Math.abs))].filter((size) => size > 0);
  const smallest = Math.min(...sizes);
  if (sizes.length === 0) return 1;
  if (sizes.length > MOST_STEPS) return null;
  for (let parts = 1; parts <= SMALLEST; parts++) {
    const step = smallest / parts;
    const whole = sizes.every((size) => {
      const steps = size / step;
      return steps <= MOST_STEPS + 1 && Math.abs(steps - Math.round(steps)) < EQUAL * steps;
    });
    if (whole) return step;
  }
  return null;
}
