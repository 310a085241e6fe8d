import { activationFunction } from '../model/activations.js';
import { activationOf, hasWeights, type FusedModel } from '../model/fuse.js';
import { INPUT } from '../network/index.js';
import type { Parameters } from './adam.js';
import { isUniform, type Levels } from './levels.js';

/**
 * Gains that are powers of two. Where weights, input and output of a stage have equal steps, its sums are whole multiples
 * n of `weight step * input step`, and thresholds lie
 *
 *     output step / (gain * weight step * input step)
 *
 * such multiples apart, gain = gamma / standard deviation. Is that 2^s, s a whole number from 0 on, an index is a shift:
 * floor(n / 2^s + offset). s is the parameter "<stage>/exponents" of a channel, which follows gamma and the running variance
 * until it is held.
 */
export interface EvenStage {
  readonly name: string;
  /** Variances are enlarged by it. */
  readonly epsilon: number;
  /** Name of the levels that the stage reads, null for the picture's, and their step at the start. */
  readonly reads: { readonly levels: string | null; readonly step: number };
}

/** The stages whose thresholds can lie a power of two apart: with a norm that is learned, and equal steps before and behind. */
export function evenStages(
  model: FusedModel,
  input: Levels,
  outputs: ReadonlyMap<string, Levels>,
): readonly EvenStage[] {
  const stages = new Map(model.stages.map((stage) => [stage.name, stage]));
  /** Max pooling picks from levels that are already there. */
  const madeBy = (tensor: string): string => {
    const stage = stages.get(tensor);
    return stage?.kind === 'maxPool' ? madeBy(stage.input) : tensor;
  };
  return model.stages.filter(hasWeights).flatMap((stage): EvenStage[] => {
    const { name, norm } = stage;
    const maker = madeBy(stage.input);
    const from = maker === INPUT ? input : outputs.get(maker);
    const to = outputs.get(name);
    const straight = activationFunction(activationOf(stage)).line?.gain === 1;
    if (norm === null || norm.fixed === true || !straight) return [];
    if (from === undefined || to === undefined || !isUniform(from) || !isUniform(to)) return [];
    const levels = maker === INPUT ? null : `${maker}/levels`;
    return [{ name, epsilon: norm.epsilon, reads: { levels, step: from.step } }];
  });
}

/** An exponent changes when it is off by more than half and this: else it would go to and fro. */
const SLACK = 0.1;

/**
 * The exponents that gammas and running variances ask for, each left as it is where it is near enough.
 *
 * @param unit - what sums are multiples of: weight step times input step.
 */
export function nextExponents(
  { name, epsilon }: EvenStage,
  parameters: Parameters,
  unit: number,
): Float32Array {
  const step = parameters.get(`${name}/levels`)?.[0] ?? 1;
  const variance = parameters.get(`${name}/variance`);
  const current = parameters.get(`${name}/exponents`);
  const gamma = parameters.get(`${name}/gamma`) ?? new Float32Array();
  return gamma.map((value, c) => {
    const gain = value / Math.sqrt((variance?.[c] ?? 1) + epsilon);
    const wanted = Math.max(0, Math.log2(step / (gain * unit)));
    const held = current?.[c];
    return held !== undefined && Math.abs(wanted - held) <= 0.5 + SLACK ? held : Math.round(wanted);
  });
}

/** The gains that the exponents stand for. */
export function gainsOf({ name }: EvenStage, parameters: Parameters, unit: number): Float32Array {
  const step = parameters.get(`${name}/levels`)?.[0] ?? 1;
  const exponents = parameters.get(`${name}/exponents`) ?? new Float32Array();
  return exponents.map((exponent) => step / (unit * 2 ** exponent));
}
