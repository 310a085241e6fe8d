import { z } from 'zod';
import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import { outputShape, type FloatLayer } from './float-model.js';
import { settingsOf, zeroPaddingSchema } from './keras-settings.js';
import { parseTopology, type KerasNode } from './keras-topology.js';
import { canTakeZeros, toLayers, unsupported, type Context, type Tensor } from './keras-translate.js';
import { safeName, uniqueName } from './safe-name.js';
import type { Weight } from './tfjs-weights.js';

export interface KerasModel {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly FloatLayer[];
}

/** Layers that do nothing once the network is trained. */
const TRAINING_ONLY = [
  'Dropout',
  'SpatialDropout2D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
];
const JOINS = ['Add', 'Concatenate'];

/**
 * Turns a Keras configuration and its weights into layers. A softmax at the end and what only matters in training
 * is left out, a separable convolution becomes two layers, zeros around a tensor the padding of the layer that reads it.
 *
 * @throws InputError naming class and name of a layer that is not supported, or whose weights are missing.
 */
export function layersFromKeras(
  topology: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, Weight>,
  where: string,
): KerasModel {
  const { name, isKeras3, nodes } = parseTopology(topology, where);
  const picture = readInput(nodes, where);
  const used = new Set([INPUT, ...nodes.map((node) => node.name)]);
  const unique = (wanted: string): string => uniqueName(wanted, used);
  const tensors = new Map<string, Tensor>();
  const layers: FloatLayer[] = [];
  for (const node of nodes) {
    const isLast = node === nodes.at(-1);
    const inputs = node.inputs.map((input) => earlier(tensors, input, node, where));
    const context = { weights, where, isLast, isKeras3, layers, unique };
    const { made, tensor } = readNode(node, [inputs[0] ?? picture, ...inputs.slice(1)], context);
    layers.push(...made);
    tensors.set(node.name, tensor);
  }
  return { name: safeName(name, 'model'), inputShape: picture.shape, layers };
}

interface Step {
  readonly made: readonly FloatLayer[];
  readonly tensor: Tensor;
}

function readNode(node: KerasNode, inputs: readonly [Tensor, ...Tensor[]], context: Context): Step {
  const { className } = node;
  const [input] = inputs;
  if (inputs.length > 1 && !JOINS.includes(className)) throw unsupported(node, context.where);
  if (className === 'InputLayer' || TRAINING_ONLY.includes(className)) return { made: [], tensor: input };
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

function rankAfter({ className, config }: KerasNode, rank: number): number {
  const target = config['target_shape'];
  switch (className) {
    case 'Flatten':
      return 2;
    case 'GlobalAveragePooling2D':
      return config['keepdims'] === true ? 4 : 2;
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

function readInput(nodes: readonly KerasNode[], where: string): Tensor {
  const inputs = nodes.filter(({ className }) => className === 'InputLayer');
  if (inputs.length > 1) {
    throw new InputError(`the model has ${inputs.length} inputs`, {
      where,
      next: 'Export one with a single input.',
    });
  }
  const config = (inputs[0] ?? nodes[0])?.config ?? {};
  const parsed = z
    .array(z.int().min(1).nullable())
    .safeParse(config['batch_input_shape'] ?? config['batch_shape']);
  const sizes = (parsed.data ?? []).slice(1);
  const picture = (shape: Shape): Tensor => ({ layer: INPUT, shape, rank: sizes.length + 1, zeros: null });
  const [a, b, c] = sizes;
  if (typeof a === 'number' && sizes.length === 1) return picture([1, 1, a]);
  if (typeof a === 'number' && typeof b === 'number' && sizes.length === 2) return picture([a, b, 1]);
  if (typeof a === 'number' && typeof b === 'number' && typeof c === 'number' && sizes.length === 3) {
    return picture([a, b, c]);
  }
  throw new InputError(`the input shape is ${JSON.stringify(sizes)}; [height, width, channels] is needed`, {
    where,
    next: 'Export the model with a fixed input shape.',
  });
}
