import { hasWeights, type FusedModel, type FusedStage } from '../model/fuse.js';
import { levelsCovering, quantile, type Levels } from './levels.js';

/** The fraction of values that the levels must reach; the rest is cut off. */
const REACHED = 0.998;

/** Levels for the values a stage was seen to give: rare large ones are cut off to keep the step small. */
export function calibrateLevels(stage: FusedStage, values: Float32Array, count: number): Levels {
  const rectified = hasWeights(stage) && stage.activation !== 'linear';
  const least = rectified ? 0 : quantile(values, 1 - REACHED);
  const active = rectified ? values.filter((value) => value > 0) : values;
  const greatest = quantile(active, REACHED);
  const limited = hasWeights(stage) && stage.activation === 'relu6' ? Math.min(greatest, 6) : greatest;
  return levelsCovering(least, limited, count);
}

/** Whether a stage's output is quantized: not of max pooling, which only picks, nor the logits. */
export function isQuantized(model: FusedModel, stage: FusedStage): boolean {
  return stage.kind !== 'maxPool' && stage !== model.stages.at(-1);
}
