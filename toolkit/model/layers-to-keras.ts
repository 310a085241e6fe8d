import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import { activationName } from './activations.js';
import { checkFloatModel } from './check-layers.js';
import { inputsOf, type FloatLayer, type FloatModel } from './float-model.js';
import { activationToTfjs } from './keras-activations.js';
import { kerasClass, kerasWeights, type KerasClass, type NamedWeights } from './keras-classes.js';
import { uniqueName } from './safe-name.js';
import { zerosLose } from './zeros-lose.js';

/** A layer of a Functional Keras configuration. */
export interface KerasLayer {
  readonly class_name: string;
  readonly name: string;
  readonly config: object;
  readonly inbound_nodes: readonly unknown[];
}

/** What a Keras layer makes. */
interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  /** Whether Keras sees [channels] and not [height, width, channels]. */
  readonly isVector: boolean;
}

/**
 * The Keras layers of a model, the input first and the output last, and their weights. Where our layers leave unsaid
 * what Keras wants to be told, ZeroPadding2D, Reshape or Flatten layers of new names are put in. `layersFromKeras` takes
 * them out again, but for a Flatten layer before a dense layer that reads a map.
 *
 * @throws InputError if the model is not sound, or naming a layer that TensorFlow.js has nothing for.
 */
export function layersToKeras(model: FloatModel): {
  readonly layers: readonly KerasLayer[];
  readonly weights: readonly NamedWeights[];
} {
  const shapes = checkFloatModel(model);
  const used = new Set(shapes.keys());
  const [height, width, channels] = model.input.shape;
  const isVector = height * width === 1;
  const batchShape = [null, ...(isVector ? [channels] : model.input.shape)];
  const config = { batch_input_shape: batchShape, dtype: 'float32', sparse: false, name: INPUT };
  const layers: KerasLayer[] = [{ class_name: 'InputLayer', name: INPUT, config, inbound_nodes: [] }];
  const weights: NamedWeights[] = [];

  const picture: Tensor = { name: INPUT, shape: model.input.shape, isVector };
  const tensors = new Map([[INPUT, picture]]);
  for (const layer of model.layers) {
    const read = inputsOf(layer).map((name) => tensors.get(name) ?? picture);
    const joinsMaps = read.length > 1 && read.some((input) => !input.isVector);
    const inputs = read.map((tensor) =>
      between(layer, tensor, joinsMaps).reduce((input, { className, suffix, config, isVector }): Tensor => {
        const name = uniqueName(`${layer.name}_${suffix}`, used);
        layers.push(kerasLayer({ className, config }, name, [input]));
        return { ...input, name, isVector };
      }, tensor),
    );
    checkZerosLose(layer, model);
    const [first = picture] = inputs;
    layers.push(kerasLayer(classOf(layer, first, model), layer.name, inputs));
    weights.push(...kerasWeights(layer, first.shape));
    tensors.set(layer.name, {
      name: layer.name,
      shape: shapes.get(layer.name) ?? first.shape,
      isVector: layer.kind === 'flatten' || isGlobal(layer) || first.isVector,
    });
  }
  return { layers, weights };
}

const kerasLayer = (
  { className, config }: KerasClass,
  name: string,
  inputs: readonly Tensor[],
): KerasLayer => ({
  class_name: className,
  config: { name, ...config },
  name,
  inbound_nodes: [inputs.map((input) => [input.name, 0, 0, {}])],
});

interface Adapter extends KerasClass {
  /** Of its name, after that of the layer. */
  readonly suffix: string;
  /** Whether it gives a vector. */
  readonly isVector: boolean;
}

/** The layers that must stand between a tensor and the layer that reads it, perhaps together with maps. */
function between(layer: FloatLayer, { shape, isVector }: Tensor, joinsMaps: boolean): readonly Adapter[] {
  const adapters: Adapter[] = [];
  if (isVector && (joinsMaps || 'padding' in layer || isGlobal(layer))) {
    const config = { target_shape: [1, 1, shape[2]] };
    adapters.push({ className: 'Reshape', suffix: 'map', config, isVector: false });
  }
  if (layer.kind === 'dense' && shape[0] * shape[1] > 1) {
    adapters.push({ className: 'Flatten', suffix: 'flat', config: {}, isVector: true });
  }
  if ('padding' in layer && typeof layer.padding === 'object') {
    const { top, right, bottom, left } = layer.padding;
    const vertical = [top, bottom];
    const horizontal = [left, right];
    const config = { padding: [vertical, horizontal], data_format: 'channels_last' };
    adapters.push({ className: 'ZeroPadding2D', suffix: 'pad', config, isVector: false });
  }
  return adapters;
}

function classOf(layer: FloatLayer, { shape, isVector }: Tensor, model: FloatModel): KerasClass {
  // TensorFlow.js flattens maps only.
  if (layer.kind === 'flatten' && isVector) {
    return { className: 'Reshape', config: { target_shape: [shape[2]] } };
  }
  if (layer.kind === 'quantize' || hasHoles(layer)) {
    throw new InputError(
      'it has what is not written in this format: given levels, dilations, groups or a multiplier',
      {
        where: `layer "${layer.name}" of model "${model.name}"`,
        next: 'Quantize the model in memory without writing it in this format.',
      },
    );
  }
  const activation = 'activation' in layer ? layer.activation : 'linear';
  const name = activationToTfjs(activation);
  if (name !== null) return kerasClass(layer, name);
  throw new InputError(`TensorFlow.js has no activation ${activationName(activation)}`, {
    where: `layer "${layer.name}" of model "${model.name}"`,
    next: 'Use tanh there, or quantize the model in memory without writing it in this format.',
  });
}

const isGlobal = ({ kind }: FloatLayer): boolean => kind === 'globalAveragePool' || kind === 'globalMaxPool';

const hasHoles = (layer: FloatLayer): boolean =>
  (layer.kind === 'conv2d' && (layer.groups ?? 1) > 1) ||
  (layer.kind === 'depthwiseConv2d' && (layer.multiplier ?? 1) > 1) ||
  ('dilations' in layer && (layer.dilations ?? [1, 1]).some((apart) => apart > 1));

function checkZerosLose(layer: FloatLayer, model: FloatModel): void {
  if (layer.kind !== 'maxPool' || typeof layer.padding !== 'object') return;
  if (zerosLose(layer.padding, layer.input, model.layers)) return;
  throw new InputError('Keras can pad a max pool with zeros only, which would win over negative values', {
    where: `layer "${layer.name}" of model "${model.name}"`,
    next: 'Use padding "same" or "valid", or put a ReLU before the pool.',
  });
}
