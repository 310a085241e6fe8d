import type { GraphNode, Operation } from '../graph/index.js';
import type { Shape } from '../network/index.js';
import type { DepthwiseConv2dLayer, FloatLayer } from './float-model.js';
import {
  axisOf,
  constantOf,
  make,
  nameFor,
  read,
  readAny,
  shapeOf,
  unsupported,
  type Lowering,
} from './graph-tensors.js';
import type { Pair } from './windows.js';

type Operator<K extends Operation['kind']> = Extract<Operation, { readonly kind: K }>;

const floats = (values: Float32Array | Int32Array): Float32Array => Float32Array.from(values);
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };

/** The shape that the graph gives the output of a node. */
const outputOf = (node: GraphNode, lowering: Lowering): Shape =>
  shapeOf(lowering.sizes.get(node.output) ?? []) ?? [1, 1, 1];

export function lowerConv(node: GraphNode, operation: Operator<'conv2d'>, lowering: Lowering): void {
  const input = read(node, 0, lowering);
  const kernel = constantOf(node, 1, lowering);
  const [height = 1, width = 1, , filters = 1] = kernel.sizes;
  const { strides, padding, dilations, groups } = operation;
  const common = {
    name: nameFor(node, lowering),
    input: input.layer,
    kernelSize: [height, width] as const,
    strides,
    padding,
    ...(dilations.some((apart) => apart > 1) ? { dilations } : {}),
    kernel: floats(kernel.values),
    bias: node.inputs.length > 2 ? floats(constantOf(node, 2, lowering).values) : new Float32Array(filters),
    activation: 'linear',
  } as const;
  const layer: FloatLayer =
    groups > 1 && groups === input.shape[2]
      ? {
          ...common,
          kind: 'depthwiseConv2d',
          ...(filters === groups ? {} : { multiplier: filters / groups }),
        }
      : { ...common, kind: 'conv2d', filters, ...(groups > 1 ? { groups } : {}) };
  make(node, lowering, layer, outputOf(node, lowering));
}

/** A dense layer for a vector, a convolution of single places for a map. */
export function lowerMatmul(node: GraphNode, lowering: Lowering): void {
  const input = readAny(node, 0, lowering);
  const weights = constantOf(node, 1, lowering);
  const [inputs = 1, units = 1] = weights.sizes.slice(-2);
  if (weights.values.length !== inputs * units)
    throw unsupported(node, 'its weights are more than one matrix');
  const common = {
    name: nameFor(node, lowering),
    kernel: floats(weights.values),
    bias: new Float32Array(units),
    activation: 'linear',
  } as const;
  const values = input.shape[0] * input.shape[1] * input.shape[2];
  if (values === inputs) {
    make(node, lowering, { ...common, input: input.layer, kind: 'dense', units }, [1, 1, units]);
    return;
  }
  const map = read(node, 0, lowering);
  const layer: FloatLayer = {
    ...common,
    input: map.layer,
    kind: 'conv2d',
    filters: units,
    kernelSize: [1, 1],
    strides: [1, 1],
    padding: 'valid',
  };
  make(node, lowering, layer, [map.shape[0], map.shape[1], units]);
}

export function lowerPool(
  node: GraphNode,
  operation: Operator<'maxPool' | 'averagePool'>,
  lowering: Lowering,
): void {
  const { kind, window, strides, dilations, padding, countsPadding } = operation;
  const input = read(node, 0, lowering);
  if (dilations.some((apart) => apart > 1))
    throw unsupported(node, 'pooling of values that are not neighbours has no form in tables');
  const isPadded = Object.values(padding).some((amount) => amount > 0);
  if (kind === 'averagePool' && isPadded && !countsPadding) {
    throw unsupported(
      node,
      'averages that leave the padding out divide by fewer values at the edges, which one table cannot',
      'Pool without padding, or count the padding (count_include_pad).',
    );
  }
  const name = nameFor(node, lowering);
  make(
    node,
    lowering,
    { name, input: input.layer, kind, poolSize: window, strides, padding },
    outputOf(node, lowering),
  );
}

/** Means and maxima over height, width or both. */
export function lowerReduce(node: GraphNode, operation: Operator<'reduce'>, lowering: Lowering): void {
  const input = read(node, 0, lowering);
  const [height, width, channels] = input.shape;
  const axes = operation.axes
    .filter((axis) => (input.sizes[axis] ?? 1) > 1)
    .map((axis) => axisOf(axis, input.sizes));
  const { of } = operation;
  if (of === 'min' || axes.some((axis) => axis !== 0 && axis !== 1)) {
    throw unsupported(
      node,
      `${of} over ${of === 'min' ? 'places' : 'channels'} has no form in tables`,
      'Use the mean or the maximum over height and width.',
    );
  }
  const window: Pair = [axes.includes(0) ? height : 1, axes.includes(1) ? width : 1];
  const shape: Shape = [height / window[0], width / window[1], channels];
  const name = nameFor(node, lowering);
  const isGlobal = shape[0] * shape[1] === 1;
  const layer: FloatLayer = isGlobal
    ? { name, input: input.layer, kind: of === 'max' ? 'globalMaxPool' : 'globalAveragePool' }
    : {
        name,
        input: input.layer,
        kind: of === 'max' ? 'maxPool' : 'averagePool',
        poolSize: window,
        strides: [1, 1],
        padding: 'valid',
      };
  make(node, lowering, layer, shape);
  if (of !== 'sum') return;
  const gamma = new Float32Array(channels).fill(window[0] * window[1]);
  const zeros = new Float32Array(channels);
  const scale = {
    gamma,
    beta: zeros,
    mean: zeros,
    variance: zeros.map(() => 1),
    epsilon: 0,
    fixed: true,
  } as const;
  make(node, lowering, { name: nameFor(node, lowering), input: name, kind: 'batchNorm', ...scale }, shape);
}

/** Zeros around a map, as windows that see one value each. */
export function lowerPad(node: GraphNode, operation: Operator<'pad'>, lowering: Lowering): void {
  const input = read(node, 0, lowering);
  const { before, after, mode, value } = operation;
  const amount = (list: readonly number[], axis: number): number => list[axis + input.sizes.length - 3] ?? 0;
  if (mode !== 'constant' || value !== 0 || amount(before, 2) + amount(after, 2) > 0) {
    throw unsupported(
      node,
      'padding other than zeros around height and width has no form in tables',
      'Pad with zeros.',
    );
  }
  const [top, left, bottom, right] = [
    amount(before, 0),
    amount(before, 1),
    amount(after, 0),
    amount(after, 1),
  ];
  const [rows, columns] = [top + bottom, left + right];
  const padding = { top: rows, bottom: rows, left: columns, right: columns };
  select(node, lowering, [rows + 1, columns + 1], [bottom, right], [1, 1], padding);
}

/** A part of a map, as windows that see one value each; a part of the channels, as a convolution of single places. */
export function lowerSlice(node: GraphNode, { begin, step }: Operator<'slice'>, lowering: Lowering): void {
  const input = read(node, 0, lowering);
  const [height, width, channels] = input.shape;
  const output = outputOf(node, lowering);
  const at = (list: readonly number[], axis: number): number => list[axis + input.sizes.length - 3] ?? 0;
  const [from, by] = [at(begin, 2), at(step, 2) || 1];
  if (output[2] === channels) {
    const strides: Pair = [at(step, 0) || 1, at(step, 1) || 1];
    const window: Pair = [height - (output[0] - 1) * strides[0], width - (output[1] - 1) * strides[1]];
    select(node, lowering, window, [at(begin, 0), at(begin, 1)], strides, NO_PADDING);
    return;
  }
  if (output[0] !== height || output[1] !== width)
    throw unsupported(
      node,
      'it takes a part of the channels and of the map at once',
      'Take one after the other.',
    );
  const kernel = new Float32Array(channels * output[2]);
  for (let k = 0; k < output[2]; k++) kernel[(from + k * by) * output[2] + k] = 1;
  const layer: FloatLayer = {
    name: nameFor(node, lowering),
    input: input.layer,
    kind: 'conv2d',
    filters: output[2],
    kernelSize: [1, 1],
    strides: [1, 1],
    padding: 'valid',
    kernel,
    bias: new Float32Array(output[2]),
    activation: 'linear',
  };
  make(node, lowering, layer, output);
}

/** A depthwise convolution whose windows see the value at `seen` only. */
function select(
  node: GraphNode,
  lowering: Lowering,
  kernelSize: Pair,
  seen: Pair,
  strides: Pair,
  padding: DepthwiseConv2dLayer['padding'],
): void {
  const input = read(node, 0, lowering);
  const channels = input.shape[2];
  const kernel = new Float32Array(kernelSize[0] * kernelSize[1] * channels);
  kernel.fill(
    1,
    (seen[0] * kernelSize[1] + seen[1]) * channels,
    (seen[0] * kernelSize[1] + seen[1] + 1) * channels,
  );
  const layer: FloatLayer = {
    name: nameFor(node, lowering),
    input: input.layer,
    kind: 'depthwiseConv2d',
    kernelSize,
    strides,
    padding,
    kernel,
    bias: new Float32Array(channels),
    activation: 'linear',
  };
  make(node, lowering, layer, outputOf(node, lowering));
}
