import { picture, type DataSet } from '../data/data-set.js';
import { activationFunction, isPerChannel } from '../model/activations.js';
import { inputValues } from '../model/evaluate-float.js';
import { activationOf, type FusedModel, type FusedStage } from '../model/fuse.js';
import { inputLevels } from './build-quantized.js';
import type { Levels } from './levels.js';
import { ACTIVATION_QUANTIZERS, type ActivationSchemeName } from './quantizers/index.js';

/** Levels by a scheme for the values that a stage was seen to give. */
export function calibrateLevels(
  stage: FusedStage,
  values: Float32Array,
  count: number,
  scheme: ActivationSchemeName,
): Levels {
  const activation = activationOf(stage);
  const { least, greatest } = activationFunction(isPerChannel(activation) ? 'linear' : activation);
  return levelsOf(ACTIVATION_QUANTIZERS[scheme].scheme(values, count, { least, greatest }));
}

const PICTURES = 1000;
const SAMPLE = 100_000;

/** Levels of the picture: equally spaced over what the bytes stand for, or by an adaptive scheme from pictures. */
export function calibrateInput(
  model: FusedModel,
  data: DataSet,
  count: number,
  scheme: ActivationSchemeName,
): Levels {
  const quantizer = ACTIVATION_QUANTIZERS[scheme];
  if (quantizer.family === 'fixed') return inputLevels(model, count);
  const pictures = Math.min(PICTURES, data.labels.length);
  const all = Array.from({ length: pictures }, (_, i) => inputValues(model, picture(data, i)));
  const every = Math.max(1, Math.ceil((pictures * (all[0]?.length ?? 0)) / SAMPLE));
  // The offset turns with the picture, so that all positions are seen.
  const values = all.flatMap((picked, p) => Array.from(picked.filter((_, i) => (i + p) % every === 0)));
  const { scale, offset } = model.input;
  const ends = [0, offset, 255 * scale + offset];
  const range = { least: Math.min(...ends), greatest: Math.max(...ends) };
  return levelsOf(quantizer.scheme(Float32Array.from(values), count, range));
}

/** What is left of equal gaps in 32-bit numbers. */
const EQUAL = 1e-4;

/** Ascending values, one of them 0, as equally spaced levels if they are that. */
function levelsOf(values: Float32Array): Levels {
  const zero = values.indexOf(0);
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  // A tensor that is always 0 has a level too many, not too few.
  if (values.length < 2) return { count: 2, step: 1, zero: 0 };
  const step = (last - first) / (values.length - 1);
  const even = values.every((value, i) => Math.abs(value - (i - zero) * step) <= EQUAL * step);
  return even ? { count: values.length, step, zero } : { values: Array.from(values) };
}

/** Whether a stage's output is quantized: not of max pooling, which only picks, nor the logits. */
export function isQuantized(model: FusedModel, stage: FusedStage): boolean {
  return stage.kind !== 'maxPool' && stage !== model.stages.at(-1);
}
