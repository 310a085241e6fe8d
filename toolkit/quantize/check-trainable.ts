import { InputError } from '../errors.js';
import { activationName, isPerChannel, isWave } from '../model/activations.js';
import type { FloatLayer, FloatModel } from '../model/float-model.js';
import { hasWeights, type FusedModel } from '../model/fuse.js';

/**
 * That every stage of a model can be trained. What a training would leave out can still be quantized without one.
 *
 * @throws InputError naming the layer that cannot.
 */
export function checkTrainable(model: FloatModel, fused: FusedModel): void {
  const stages = new Map(fused.stages.map((stage) => [stage.name, stage]));
  for (const layer of model.layers) {
    const stage = stages.get(layer.name);
    const filled = stage !== undefined && hasWeights(stage) && stage.present !== undefined;
    const before = model.layers.find(({ name }) => 'input' in layer && name === layer.input);
    const fault = filled
      ? 'a kernel that is filled up with zeros'
      : faultOf(layer, stage !== undefined, before);
    if (fault === null) continue;
    throw new InputError(`${fault} cannot be trained yet`, {
      where: `layer "${layer.name}" of model "${model.name}"`,
      next: 'Quantize the model without training it: tablize quantize.',
    });
  }
  const [inserted] = fused.stages.filter(({ name }) => model.layers.every((layer) => layer.name !== name));
  if (inserted === undefined) return;
  throw new InputError('a last layer that gives no sums of its own cannot be trained yet', {
    where: `model "${model.name}"`,
    next: 'End the model with a dense layer, or quantize it without training it: tablize quantize.',
  });
}

/** @param isStage - whether the layer is a stage of its own. */
function faultOf(layer: FloatLayer, isStage: boolean, before: FloatLayer | undefined): string | null {
  if (layer.kind === 'quantize') return 'a tensor with given levels';
  if (layer.kind === 'batchNorm') {
    if (before?.kind === 'batchNorm') return 'a batch norm after another';
    if (layer.fixed) return 'a scale that is no batch norm';
    return isStage ? 'a batch norm that is not joined to the layer before it' : null;
  }
  if (layer.kind === 'activation' && isStage)
    return 'an activation that is not joined to the layer before it';
  if (!('activation' in layer)) return null;
  const { activation } = layer;
  return isWave(activation) || isPerChannel(activation)
    ? `the activation ${activationName(activation)}`
    : null;
}
