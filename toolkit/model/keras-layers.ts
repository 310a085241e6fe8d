import { InputError } from '../errors.js';
import { INPUT, type Padding, type Shape } from '../network/index.js';
import { outputShape, type FloatLayer } from './float-model.js';
import { readEntrance, type Line } from './keras-entrance.js';
import { settingsOf, zeroPaddingSchema } from './keras-settings.js';
import { causalZeros, isOverSteps, onMaps } from './keras-steps.js';
import { parseTopology, type KerasNode } from './keras-topology.js';
import { canTakeZeros, toLayers, unsupported, type Context, type Tensor } from './keras-translate.js';
import { safeName, uniqueName } from './safe-name.js';
import { plainNames, type Weights } from './keras-weights.js';

export interface KerasModel {
  readonly name: string;
  readonly input: { readonly shape: Shape; readonly line: Line | null };
  readonly layers: readonly FloatLayer[];
}

/** Layers that do nothing once the network is trained. */
const TRAINING_ONLY = [
  'Dropout',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
];
/** What gives on what it is given. */
const isPassive = ({ className }: KerasNode): boolean =>
  className === 'InputLayer' || TRAINING_ONLY.includes(className);
const JOINS = ['Add', 'Concatenate'];

/**
 * Turns a Keras configuration and its weights into layers. A softmax at the end and what only matters in training
 * is left out, a separable convolution becomes two layers, zeros around a tensor the padding of the layer that reads it.
 *
 * @throws InputError naming class and name of a layer that is not supported, or whose weights are missing.
 */
export function layersFromKeras(
  configuration: Readonly<Record<string, unknown>>,
  named: Weights,
  where: string,
): KerasModel {
  const weights = plainNames(named);
  const topology = parseTopology(configuration, where);
  const { name, isKeras3, nodes } = topology;
  const hasSteps = nodes.some(isOverSteps);
  const { shape, rank, line, nodes: taken } = readEntrance(topology, isPassive, weights, hasSteps, where);
  const picture: Tensor = { layer: INPUT, shape, rank, zeros: null };
  const used = new Set([INPUT, ...nodes.map((node) => node.name)]);
  const unique = (wanted: string): string => uniqueName(wanted, used);
  const tensors = new Map<string, Tensor>();
  const layers: FloatLayer[] = [];
  for (const node of nodes) {
    if (taken.has(node.name)) {
      tensors.set(node.name, picture);
      continue;
    }
    const isLast = node === nodes.at(-1);
    const inputs = node.inputs.map((input) => earlier(tensors, input, node, where));
    const context = { weights, where, isLast, isKeras3, hasSteps, layers, unique };
    const { made, tensor } = readNode(node, [inputs[0] ?? picture, ...inputs.slice(1)], context);
    layers.push(...made);
    tensors.set(node.name, tensor);
  }
  return { name: safeName(name, 'model'), input: { shape, line }, layers };
}

interface Step {
  readonly made: readonly FloatLayer[];
  readonly tensor: Tensor;
}

function readNode(listed: KerasNode, given: readonly [Tensor, ...Tensor[]], context: Context): Step {
  const node = onMaps(listed);
  const { className } = node;
  const inputs = withZeros(given, causalZeros(listed), node, context);
  const [input] = inputs;
  if (inputs.length > 1 && !JOINS.includes(className)) throw unsupported(node, context.where);
  if (isPassive(node)) return { made: [], tensor: input };
  const padded = inputs.some(({ zeros }) => zeros !== null);
  if (padded && !canTakeZeros(node)) throw strayZeros(node, context.where);
  if (className === 'ZeroPadding2D') {
    if (context.isLast) throw unsupported(node, context.where);
    const { padding } = settingsOf(node, context.where, zeroPaddingSchema);
    return { made: [], tensor: { ...input, zeros: padding } };
  }
  const made = toLayers(node, inputs, context);
  let shapes: readonly Shape[] = inputs.map(({ shape }) => shape);
  for (const layer of made) shapes = [outputShape(layer, shapes)];
  const [shape = input.shape] = shapes;
  const layer = made.at(-1)?.name ?? input.layer;
  return { made, tensor: { layer, shape, rank: rankAfter(node, input.rank), zeros: null } };
}

/** With zeros around the first input, if there are none yet. */
function withZeros(
  [first, ...others]: readonly [Tensor, ...Tensor[]],
  zeros: Padding | null,
  node: KerasNode,
  { where }: Context,
): readonly [Tensor, ...Tensor[]] {
  if (zeros === null) return [first, ...others];
  if (first.zeros !== null) throw strayZeros(node, where);
  return [{ ...first, zeros }, ...others];
}

function rankAfter({ className, config }: KerasNode, rank: number): number {
  const target = config['target_shape'];
  switch (className) {
    case 'Flatten':
      return 2;
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      return config['keepdims'] === true ? rank : 2;
    case 'Reshape':
      return Array.isArray(target) ? target.length + 1 : rank;
    default:
      return rank;
  }
}

function earlier(
  tensors: ReadonlyMap<string, Tensor>,
  input: string,
  node: KerasNode,
  where: string,
): Tensor {
  const found = tensors.get(input);
  if (found !== undefined) return found;
  throw new InputError(`it reads "${input}", which is not an earlier layer`, {
    where: `layer "${node.name}" of ${where}`,
    next: 'Export the model again.',
  });
}

function strayZeros(node: KerasNode, where: string): InputError {
  return new InputError(`zeros of a ZeroPadding2D layer reach this ${node.className} layer`, {
    where: `layer "${node.name}" of ${where}`,
    next: 'Put ZeroPadding2D only directly before a convolution or pool with padding "valid".',
  });
}
