import { z } from 'zod';
import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import type { Activation, FloatLayer, Pair, PaddingMode } from './float-model.js';
import { parseTopology, type KerasNode } from './keras-topology.js';
import { safeName } from './safe-name.js';
import type { Weight } from './tfjs-weights.js';

export interface KerasModel {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly FloatLayer[];
}

type Weights = ReadonlyMap<string, Weight>;

/** Layers that do nothing once the network is trained. */
const TRAINING_ONLY = [
  'Dropout',
  'SpatialDropout2D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
];
const SUPPORTED =
  'Dense, Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, Flatten, BatchNormalization, ReLU and Activation';

/**
 * Turns a Keras configuration and its weights into layers. A softmax at the end and what only matters in training
 * is left out.
 *
 * @throws InputError naming class and name of a layer that is not supported, or whose weights are missing.
 */
export function layersFromKeras(
  topology: Readonly<Record<string, unknown>>,
  weights: Weights,
  where: string,
): KerasModel {
  const { name, nodes } = parseTopology(topology, where);
  const inputShape = readInputShape(nodes, where);
  /** The layer that now makes the tensor which a layer of this name made. */
  const maker = new Map<string, string>();
  const layers: FloatLayer[] = [];
  for (const node of nodes) {
    const [first, ...others] = node.inputs;
    if (others.length > 0) throw unsupported(node, where);
    const input = first === undefined ? INPUT : (maker.get(first) ?? first);
    const isLast = node === nodes.at(-1);
    const layer = toLayer(node, input, { weights, where, isLast });
    if (layer !== null) layers.push(layer);
    maker.set(node.name, layer === null ? input : node.name);
  }
  return { name: safeName(name, 'model'), inputShape, layers };
}

interface Context {
  readonly weights: Weights;
  readonly where: string;
  readonly isLast: boolean;
}

/** The layer, or null for one that changes nothing. */
function toLayer(node: KerasNode, input: string, context: Context): FloatLayer | null {
  const { name, className } = node;
  const base = { name, input };
  if (className === 'InputLayer' || TRAINING_ONLY.includes(className)) return null;
  switch (className) {
    case 'Dense': {
      const { units, ...rest } = read(node, context, denseSchema);
      const kernel = weight(node, 'kernel', context);
      return {
        ...base,
        kind: 'dense',
        units,
        kernel,
        bias: biasOf(node, rest.use_bias, units, context),
        activation: activationOf(node, rest.activation, context),
      };
    }
    case 'Conv2D': {
      const config = read(node, context, convSchema);
      return {
        ...base,
        kind: 'conv2d',
        filters: config.filters,
        kernelSize: config.kernel_size,
        strides: config.strides,
        padding: config.padding,
        kernel: weight(node, 'kernel', context),
        bias: biasOf(node, config.use_bias, config.filters, context),
        activation: activationOf(node, config.activation, context),
      };
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const config = read(node, context, poolSchema);
      return {
        ...base,
        kind: className === 'MaxPooling2D' ? 'maxPool' : 'averagePool',
        poolSize: config.pool_size,
        strides: config.strides ?? config.pool_size,
        padding: config.padding,
      };
    }
    case 'GlobalAveragePooling2D':
      read(node, context, z.object({ data_format: channelsLast }));
      return { ...base, kind: 'globalAveragePool' };
    case 'Flatten':
      return { ...base, kind: 'flatten' };
    case 'Reshape': {
      const { target_shape: target } = read(
        node,
        context,
        z.object({ target_shape: z.array(z.int().nullable()) }),
      );
      if (target.length !== 1) throw unsupported(node, context.where);
      return { ...base, kind: 'flatten' };
    }
    case 'BatchNormalization':
      return batchNorm(node, input, context);
    case 'ReLU': {
      const config = read(node, context, reluSchema);
      if (config.max_value !== null && config.max_value !== 6) throw unsupported(node, context.where);
      return { ...base, kind: 'activation', activation: config.max_value === 6 ? 'relu6' : 'relu' };
    }
    case 'Softmax':
      if (!context.isLast) throw unsupported(node, context.where);
      return null;
    case 'Activation': {
      const { activation } = read(node, context, z.object({ activation: activationName }));
      return { ...base, kind: 'activation', activation: activationOf(node, activation, context) };
    }
    default:
      throw unsupported(node, context.where);
  }
}

function batchNorm(node: KerasNode, input: string, context: Context): FloatLayer {
  const config = read(node, context, batchNormSchema);
  const mean = weight(node, 'moving_mean', context);
  return {
    name: node.name,
    input,
    kind: 'batchNorm',
    gamma: config.scale ? weight(node, 'gamma', context) : mean.map(() => 1),
    beta: config.center ? weight(node, 'beta', context) : mean.map(() => 0),
    mean,
    variance: weight(node, 'moving_variance', context),
    epsilon: config.epsilon,
  };
}

const size = z.int().min(1);
const toPair = (value: number | readonly number[]): Pair =>
  typeof value === 'number' ? [value, value] : [value[0] ?? 1, value[1] ?? 1];
const pair = z.union([size, z.array(size).length(2)]).transform(toPair);
const channelsLast = z.literal('channels_last').nullish();
const paddingMode = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['same', 'valid'])) as z.ZodType<PaddingMode>;
/** A plain name, or Keras 3's object for one. */
const activationName = z.union([
  z.string(),
  z.object({ class_name: z.string() }).transform((o) => o.class_name),
]);
const ones = pair.refine(([a, b]) => a === 1 && b === 1, 'dilation is not supported').nullish();

const denseSchema = z.object({
  units: size,
  use_bias: z.boolean().default(true),
  activation: activationName.nullish(),
});
const convSchema = z.object({
  filters: size,
  kernel_size: pair,
  strides: pair.default([1, 1]),
  padding: paddingMode.default('valid'),
  data_format: channelsLast,
  dilation_rate: ones,
  groups: z.literal(1).nullish(),
  use_bias: z.boolean().default(true),
  activation: activationName.nullish(),
});
const poolSchema = z.object({
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
  padding: paddingMode.default('valid'),
  data_format: channelsLast,
});
const batchNormSchema = z.object({
  axis: z.union([z.int(), z.array(z.int()).length(1)]).optional(),
  epsilon: z.number().default(1e-3),
  scale: z.boolean().default(true),
  center: z.boolean().default(true),
});
const reluSchema = z.object({
  max_value: z.number().nullable().default(null),
  negative_slope: z.literal(0).nullish(),
  threshold: z.literal(0).nullish(),
});

function read<T>(node: KerasNode, { where }: Context, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(node.config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(
    `the setting ${issue?.path.map(String).join('.') ?? '?'} of this ${node.className} layer is not supported: ${issue?.message ?? ''}`,
    { where: `layer "${node.name}" of ${where}`, next: 'Change the layer and train the model again.' },
  );
}

function activationOf(node: KerasNode, name: string | null | undefined, context: Context): Activation {
  switch (name?.toLowerCase()) {
    case undefined:
    case 'linear':
      return 'linear';
    case 'relu':
      return 'relu';
    case 'relu6':
      return 'relu6';
    case 'softmax':
      if (context.isLast) return 'linear';
  }
  throw new InputError(`activation "${name ?? ''}" of a ${node.className} layer is not supported here`, {
    where: `layer "${node.name}" of ${context.where}`,
    next: 'Use relu, relu6 or linear, and softmax only at the very end.',
  });
}

function weight(node: KerasNode, part: string, context: Context): Float32Array {
  const wanted = `${node.name}/${part}`;
  for (const [name, { values }] of context.weights) {
    const plain = name.replace(/:\d+$/, '');
    if (plain === wanted || plain.endsWith(`/${wanted}`)) return values;
  }
  throw new InputError(`the weight file has no ${part} for this ${node.className} layer`, {
    where: `layer "${node.name}" of ${context.where}`,
    next: 'Export the model with its weights.',
  });
}

function biasOf(node: KerasNode, useBias: boolean, count: number, context: Context): Float32Array {
  return useBias ? weight(node, 'bias', context) : new Float32Array(count);
}

function readInputShape(nodes: readonly KerasNode[], where: string): Shape {
  const inputs = nodes.filter(({ className }) => className === 'InputLayer');
  if (inputs.length > 1) {
    throw new InputError(`the model has ${inputs.length} inputs`, {
      where,
      next: 'Export one with a single input.',
    });
  }
  const config = (inputs[0] ?? nodes[0])?.config ?? {};
  const parsed = z.array(size.nullable()).safeParse(config['batch_input_shape'] ?? config['batch_shape']);
  const sizes = (parsed.data ?? []).slice(1);
  const [a, b, c] = sizes;
  if (typeof a === 'number' && sizes.length === 1) return [1, 1, a];
  if (typeof a === 'number' && typeof b === 'number' && sizes.length === 2) return [a, b, 1];
  if (typeof a === 'number' && typeof b === 'number' && typeof c === 'number' && sizes.length === 3) {
    return [a, b, c];
  }
  throw new InputError(`the input shape is ${JSON.stringify(sizes)}; [height, width, channels] is needed`, {
    where,
    next: 'Export the model with a fixed input shape.',
  });
}

function unsupported(node: KerasNode, where: string): InputError {
  return new InputError(`a ${node.className} layer (or this use of one) is not supported`, {
    where: `layer "${node.name}" of ${where}`,
    next: `Build the model from ${SUPPORTED}.`,
  });
}
