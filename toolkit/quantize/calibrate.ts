import { ACTIVATIONS } from '../model/activations.js';
import { activationOf, type FusedModel, type FusedStage } from '../model/fuse.js';
import { levelsCovering, quantile, type Levels } from './levels.js';

/** The fraction of values that the levels must reach; the rest is cut off. */
const REACHED = 0.998;

/** Levels for the values a stage was seen to give: rare large ones are cut off to keep the step small. */
export function calibrateLevels(stage: FusedStage, values: Float32Array, count: number): Levels {
  const { least, greatest } = ACTIVATIONS[activationOf(stage)];
  const active = least === 0 ? values.filter((value) => value > 0) : values;
  const low = least === 0 ? 0 : Math.max(quantile(active, 1 - REACHED), least);
  return levelsCovering(low, Math.min(quantile(active, REACHED), greatest), count);
}

/** Whether a stage's output is quantized: not of max pooling, which only picks, nor the logits. */
export function isQuantized(model: FusedModel, stage: FusedStage): boolean {
  return stage.kind !== 'maxPool' && stage !== model.stages.at(-1);
}
