import { InputError } from '../errors.js';
import {
  graphSizes,
  quoted,
  simplify,
  withChannelsLastInput,
  withChannelsMoved,
  withoutOutputFunction,
  type Graph,
  type OutputFunction,
  type GraphNode,
} from '../graph/index.js';
import { keepsValues } from '../graph/rules/merge-reshapes.js';
import { INPUT } from '../network/index.js';
import { checkFloatModel, checkLayers, outputCount } from './check-layers.js';
import type { FloatLayer, FloatModel } from './float-model.js';
import {
  axisOf,
  make,
  nameFor,
  read,
  readAny,
  shapeOf,
  unsupported,
  type Lowering,
} from './graph-tensors.js';
import { lowerPrelu, lowerQuantize, lowerUnary, lowerWithConstant } from './lower-values.js';
import { lowerConv, lowerMatmul, lowerPad, lowerPool, lowerReduce, lowerSlice } from './lower-windows.js';
import { uniqueName } from './safe-name.js';
import { twoLogits } from './two-logits.js';

export interface FromGraphOptions {
  readonly name: string;
  /** What the outputs stand for; by default what the graph says, else their numbers. */
  readonly labels?: readonly string[];
  /** The graph's input is `byte * scale + offset`; by default what the graph says, else 0 to 1. */
  readonly scale?: number;
  readonly offset?: number;
  /** Whether pictures that nothing moves come with their channels first. */
  readonly channelsFirst?: boolean;
  /** What the outputs are; by default logits of classes. */
  readonly task?: 'classify' | 'regress';
}

/**
 * A network of another tool as layers: simplified (`simplify`), pictures [height, width, channels], without what only shows
 * its logits (softmax, the index of the largest, a sigmoid). A network of one logit with a sigmoid gets two.
 *
 * @throws InputError naming the node and its operator for what has no form in tables.
 */
export function floatModelFromGraph(graph: Graph, options: FromGraphOptions): FloatModel {
  const ordered = withChannelsLastInput(graph);
  const turned = options.channelsFirst === true && ordered === graph ? withChannelsMoved(graph) : ordered;
  const shown = withoutOutputFunction(simplify(turned));
  const plain = simplify(shown.graph);
  const lowering = start(plain, options);
  for (const node of plain.nodes) lower(node, lowering);
  const { input } = lowering;
  const rough = { name: options.name, input, layers: lowering.layers, labels: [] };
  const single = outputCount(rough, checkLayers(rough)) === 1;
  const fresh = (name: string): string => uniqueName(name, lowering.used);
  const { task = 'classify' } = options;
  const layers =
    task === 'regress'
      ? withFunction(lowering.layers, shown.of, fresh, graph)
      : single && shown.of === 'sigmoid'
        ? twoLogits(lowering.layers, fresh)
        : lowering.layers;
  const model = { ...rough, layers, ...(task === 'regress' ? { task } : {}) };
  const labelled = { ...model, labels: labelsOf(model, graph, options) };
  checkFloatModel(labelled);
  return labelled;
}

/** Values are what they are behind the function at the end, which is told with them. */
function withFunction(
  layers: readonly FloatLayer[],
  of: OutputFunction | null,
  fresh: (name: string) => string,
  graph: Graph,
): readonly FloatLayer[] {
  if (of === null) return layers;
  if (of !== 'sigmoid') {
    throw new InputError(`its outputs are those of a ${of}, and not values`, {
      where: `graph ${quoted(graph.name)}`,
      next: 'Take it for a classifier: leave the task out.',
    });
  }
  const input = layers.at(-1)?.name ?? INPUT;
  return [...layers, { name: fresh('sigmoid'), input, kind: 'activation', activation: 'sigmoid' }];
}

function start(graph: Graph, { scale, offset }: FromGraphOptions): Lowering {
  const used = graph.inputs.filter(({ name }) => graph.nodes.some(({ inputs }) => inputs.includes(name)));
  const [picture, another] = used;
  const where = `graph ${quoted(graph.name)}`;
  if (picture === undefined || another !== undefined) {
    throw new InputError(`${used.length} inputs are read: one picture is supported`, {
      where,
      next: 'Export the model with one input.',
    });
  }
  const shape = shapeOf(picture.sizes);
  if (shape === null) {
    throw new InputError(`its input of ${picture.sizes.join(' x ')} is not [height, width, channels]`, {
      where,
      next: 'Export the model for one picture at a time.',
    });
  }
  const readers = new Map<string, number>();
  for (const input of graph.nodes.flatMap(({ inputs }) => inputs))
    readers.set(input, (readers.get(input) ?? 0) + 1);
  return {
    layers: [],
    used: new Set([INPUT]),
    tensors: new Map([[picture.name, { layer: INPUT, shape, sizes: picture.sizes }]]),
    constants: graph.constants,
    sizes: graphSizes(graph),
    readers,
    input: {
      shape,
      scale: scale ?? picture.byte?.scale ?? 1 / 255,
      offset: offset ?? picture.byte?.offset ?? 0,
    },
  };
}

function lower(node: GraphNode, lowering: Lowering): void {
  const { operation } = node;
  switch (operation.kind) {
    case 'conv2d':
      lowerConv(node, operation, lowering);
      return;
    case 'matmul':
      lowerMatmul(node, lowering);
      return;
    case 'maxPool':
    case 'averagePool':
      lowerPool(node, operation, lowering);
      return;
    case 'reduce':
      lowerReduce(node, operation, lowering);
      return;
    case 'unary':
      lowerUnary({ ...node, operation }, operation.of, lowering);
      return;
    case 'prelu':
      lowerPrelu(node, constantAt(node, 1, lowering), lowering);
      return;
    case 'binary': {
      const [a = '', b = ''] = node.inputs;
      const [first, second] = [lowering.constants.get(a), lowering.constants.get(b)];
      const constant = first ?? second;
      if (constant === undefined) lowerSum({ ...node, operation }, lowering);
      else lowerWithConstant({ ...node, operation }, constant, first !== undefined, lowering);
      return;
    }
    case 'concat':
      lowerConcat(node, operation.axis, lowering);
      return;
    case 'reshape':
      lowering.tensors.set(node.output, { ...readAny(node, 0, lowering), sizes: operation.sizes });
      return;
    case 'pad':
      lowerPad(node, operation, lowering);
      return;
    case 'slice':
      lowerSlice(node, operation, lowering);
      return;
    case 'quantize':
      lowerQuantize(node, operation.levels, lowering);
      return;
    case 'softmax':
    case 'argMax':
      throw unsupported(
        node,
        `a ${operation.kind} before the end has no form in tables`,
        'Use it at the very end only.',
      );
    case 'transpose': {
      const input = readAny(node, 0, lowering);
      const sizes = lowering.sizes.get(node.output) ?? [];
      const moves = !keepsValues(node, { sizes: () => input.sizes });
      if (moves) {
        throw unsupported(
          node,
          'it moves values in a way that layers do not',
          'Keep height, width and channels in their order.',
        );
      }
      lowering.tensors.set(node.output, { ...input, sizes });
      return;
    }
  }
}

function constantAt(node: GraphNode, position: number, { constants }: Lowering) {
  const found = constants.get(node.inputs[position] ?? '');
  if (found !== undefined) return found;
  throw unsupported(node, 'its slopes depend on the picture');
}

type Binary = GraphNode & { readonly operation: { readonly kind: 'binary' } };

function lowerSum(node: Binary, lowering: Lowering): void {
  const { of } = node.operation;
  if (of !== 'add' && of !== 'subtract') {
    throw unsupported(
      node,
      `${of} of two tensors has no form in tables of one activation and one weight`,
      'Leave out gates such as squeeze-and-excitation, and train the model again.',
    );
  }
  const [first, second] = [read(node, 0, lowering), read(node, 1, lowering)];
  if (first.shape.join() !== second.shape.join()) {
    throw unsupported(
      node,
      `it adds tensors of ${first.shape.join(' x ')} and ${second.shape.join(' x ')}`,
      'Add tensors of one shape.',
    );
  }
  let other = second.layer;
  if (of === 'subtract') {
    other = nameFor(node, lowering);
    const ones = new Float32Array(second.shape[2]).fill(1);
    const zeros = ones.map(() => 0);
    const turned: FloatLayer = {
      name: other,
      input: second.layer,
      kind: 'batchNorm',
      gamma: ones.map(() => -1),
      beta: zeros,
      mean: zeros,
      variance: ones,
      epsilon: 0,
      fixed: true,
    };
    lowering.layers.push(turned);
  }
  make(
    node,
    lowering,
    { name: nameFor(node, lowering), inputs: [first.layer, other], kind: 'add' },
    first.shape,
  );
}

function lowerConcat(node: GraphNode, axis: number, lowering: Lowering): void {
  const inputs = node.inputs.map((_, k) => read(node, k, lowering));
  const [first] = inputs;
  if (first === undefined || axisOf(axis, first.sizes) !== 2) {
    throw unsupported(node, 'it joins tensors along another axis than the channels', 'Join channels only.');
  }
  const channels = inputs.reduce((sum, { shape }) => sum + shape[2], 0);
  const shape = [first.shape[0], first.shape[1], channels] as const;
  const layers = inputs.map(({ layer }) => layer);
  make(node, lowering, { name: nameFor(node, lowering), inputs: layers, kind: 'concat' }, shape);
}

const LONGEST_LABEL = 64;

function labelsOf(model: FloatModel, graph: Graph, { labels }: FromGraphOptions): readonly string[] {
  if (labels !== undefined) return labels;
  const outputs = outputCount(model, checkLayers(model));
  const own = graph.labels?.length === outputs ? graph.labels : null;
  return Array.from({ length: outputs }, (_, k) => own?.[k]?.slice(0, LONGEST_LABEL) || String(k));
}
