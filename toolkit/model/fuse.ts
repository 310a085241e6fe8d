import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import { activationFunction, isPerChannel, isWave, type Activation } from './activations.js';
import { checkFloatModel } from './check-layers.js';
import {
  inputsOf,
  type ActivationLayer,
  type BatchNormLayer,
  type FloatModel,
  type QuantizeLayer,
} from './float-model.js';
import {
  activationOf,
  affine,
  foldNorm,
  hasWeights,
  type FusedModel,
  type FusedStage,
  type FusedWeighted,
  type Norm,
} from './fused-model.js';
import { joined, passing, toStage } from './fuse-layer.js';
import { sameLevels } from './given-levels.js';
import { uniqueName } from './safe-name.js';

export * from './fused-model.js';

/** What changes values one by one, and is joined to the stage before it where that can be. */
type Ending = BatchNormLayer | ActivationLayer | QuantizeLayer;

/**
 * Fuses a float model. Batch norm stays apart from the weights (`foldNorms` folds it), except at the logits. A batch
 * norm, an activation or given levels that cannot be joined to the stage before them (that is a pool, a concatenation,
 * the picture, has one already, or is read by another layer too) become a stage of their own, as do the values of a wave
 * that a max pool reads, and the logits where the last layer gives no sums. An activation that changes no order is left
 * out at the end.
 *
 * @throws InputError naming the layer if another layer than a dense one reads flattened values, or if no layer reads a
 * layer.
 */
export function fuse(model: FloatModel): FusedModel {
  const shapes = checkFloatModel(model);
  const shared = readTwice(model);
  const names = new Set(shapes.keys());
  const stages = new Map<string, FusedStage>();
  /** The stage that now makes the tensor which a layer of this name made. */
  const maker = new Map<string, string>([[INPUT, INPUT]]);
  let { input: picture } = model;
  for (const layer of model.layers) {
    const inputs = inputsOf(layer).map((input) => maker.get(input) ?? input);
    const inputShapes = inputs.map((input) => stages.get(input)?.shape ?? model.input.shape);
    const shape = shapes.get(layer.name) ?? model.input.shape;
    const input = inputs[0] ?? INPUT;
    checkFlattened(layer);
    if (layer.kind === 'flatten' || (layer.kind === 'activation' && layer.activation === 'linear')) {
      maker.set(layer.name, input);
      if (shared.has(layer.input)) shared.add(layer.name);
    } else if (layer.kind === 'batchNorm' || layer.kind === 'activation' || layer.kind === 'quantize') {
      const alone = !shared.has(layer.input);
      if (alone && input === INPUT && layer.kind === 'quantize' && picture.levels === undefined) {
        picture = { ...picture, levels: layer.levels };
        maker.set(layer.name, INPUT);
        continue;
      }
      const before = stages.get(input);
      const merged = alone && before !== undefined ? ended(before, layer) : null;
      if (merged !== null) stages.set(input, merged);
      else stages.set(layer.name, ofItsOwn(layer, input, inputShapes[0] ?? shape));
      maker.set(layer.name, merged === null ? layer.name : input);
    } else {
      if (layer.kind === 'add' || layer.kind === 'concat') {
        const base = { name: layer.name, inputs, inputShapes, shape };
        stages.set(
          layer.name,
          layer.kind === 'add' ? { ...base, kind: 'add', activation: 'linear' } : { ...base, kind: 'concat' },
        );
      } else {
        const reads = layer.kind === 'maxPool' || layer.kind === 'globalMaxPool' ? ascending(input) : input;
        stages.set(layer.name, toStage(layer, reads, inputShapes[0] ?? model.input.shape, shape));
      }
      maker.set(layer.name, layer.name);
    }
  }
  checkAllRead(model);
  const fused = [...stages.values()];
  const last = fused.at(-1);
  if (last === undefined)
    throw new InputError('the model has no layers that compute', { where: `model "${model.name}"` });
  const isValue = model.task === 'regress';
  const stagesOut = [...fused.slice(0, -1), ...logits(last, names, isValue)];
  const values = isValue
    ? { values: { activation: stagesOut.length > fused.length ? ('linear' as const) : activationOf(last) } }
    : {};
  return { name: model.name, input: picture, stages: stagesOut, labels: model.labels, ...values };

  /** Stages do not flatten: only what looks at values one by one may read flattened ones. */
  function checkFlattened(layer: FloatModel['layers'][number]): void {
    if (layer.kind === 'dense' || layer.kind === 'flatten' || layer.kind === 'quantize') return;
    if (layer.kind === 'activation' && !isPerChannel(layer.activation)) return;
    const reshaped = inputsOf(layer).find((name) => {
      const made = stages.get(maker.get(name) ?? name)?.shape ?? model.input.shape;
      return shapes.get(name)?.join() !== made.join();
    });
    if (reshaped === undefined) return;
    throw new InputError(`the ${layer.kind} layer reads "${reshaped}", which is flattened`, {
      where: `layer "${layer.name}" of model "${model.name}"`,
      next: 'Put a dense layer after the flatten layer.',
    });
  }

  /** The tensor, or one of the same values whose levels ascend. */
  function ascending(input: string): string {
    const stage = stages.get(input);
    if (stage === undefined || !isWave(activationOf(stage))) return input;
    const name = uniqueName(`${input}-values`, names);
    stages.set(name, passing(name, input, stage.shape));
    return name;
  }
}

/** The stage with what ends it; null if that cannot be joined to it. */
function ended(stage: FusedStage, layer: Ending): FusedStage | null {
  if (stage.kind === 'maxPool') return null;
  if (layer.kind === 'quantize') {
    if (isWave(activationOf(stage))) return null;
    const { levels } = stage;
    if (levels !== undefined) return sameLevels(levels, layer.levels) ? stage : null;
    return { ...stage, levels: layer.levels };
  }
  if (stage.levels !== undefined || activationOf(stage) !== 'linear') return null;
  if (layer.kind === 'batchNorm') return hasWeights(stage) ? normed(stage, layer) : null;
  return 'activation' in stage ? { ...stage, activation: layer.activation } : null;
}

function normed<S extends FusedWeighted>(
  stage: S,
  { gamma, beta, mean, variance, epsilon, fixed }: BatchNormLayer,
): S {
  const own: Norm = { gamma, beta, mean, variance, epsilon, ...(fixed ? { fixed } : {}) };
  if (stage.norm !== null) return { ...stage, norm: joined(stage.norm, affine(own)) };
  const norm = { ...own, mean: mean.map((value, c) => value - (stage.bias[c] ?? 0)) };
  const apart = { ...stage, bias: stage.bias.map(() => 0), norm };
  // One factor for all channels is nothing that weight levels could not follow.
  const { scale } = affine(own);
  return fixed && scale.every((value) => value === scale[0] && value !== 0) ? foldNorm(apart) : apart;
}

function ofItsOwn(layer: Ending, input: string, shape: Shape): FusedStage {
  const stage = passing(layer.name, input, shape);
  switch (layer.kind) {
    case 'batchNorm':
      return normed(stage, layer);
    case 'activation':
      return { ...stage, activation: layer.activation };
    case 'quantize':
      return { ...stage, levels: layer.levels };
  }
}

/** The last stage such that it gives plain sums, with one more after it if need be. */
function logits(last: FusedStage, names: Set<string>, isValue: boolean): readonly FusedStage[] {
  if (last.kind !== 'maxPool' && last.kind !== 'concat' && canEnd(activationOf(last), isValue)) {
    const { levels, ...rest } = last;
    const stage = levels === undefined ? last : rest;
    const plain: FusedStage = 'activation' in stage ? { ...stage, activation: 'linear' } : stage;
    return [hasWeights(plain) ? foldNorm(plain) : plain];
  }
  const name = uniqueName('logits', names);
  return [last, passing(name, last.name, last.shape)];
}

/** Whether an activation can be left to whoever reads the outputs: of logits if a larger value always gives a larger one. */
function canEnd(activation: Activation, isValue: boolean): boolean {
  if (activation === 'linear') return true;
  if (isWave(activation) || isPerChannel(activation)) return false;
  return isValue || activationFunction(activation).line === null;
}

/** The tensors that more than one layer reads. */
function readTwice(model: FloatModel): Set<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const input of model.layers.flatMap(inputsOf)) (once.has(input) ? twice : once).add(input);
  return twice;
}

function checkAllRead(model: FloatModel): void {
  const read = new Set(model.layers.flatMap(inputsOf));
  const unread = model.layers.slice(0, -1).find(({ name }) => !read.has(name));
  if (unread === undefined) return;
  throw new InputError('no other layer reads it', {
    where: `layer "${unread.name}" of model "${model.name}"`,
    next: 'Remove it, or join its values to the others.',
  });
}
