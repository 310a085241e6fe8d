import type { Graph, GraphNode, Sizes } from './graph.js';
import { graphSizes } from './sizes.js';

/** Inputs are reshaped, and then transposed. */
const MOST_CHANGES = 3;

/**
 * A graph whose inputs have the order in which their first operators read them, channels last: what a file does to a
 * picture before that is done backwards once more, for the rules to take both out. The pictures are then [height, width,
 * channels].
 */
export function withChannelsLastInput(graph: Graph): Graph {
  let changed = graph;
  for (let k = 0; k < MOST_CHANGES; k++) {
    const next = changed.inputs.reduce(rearranged, changed);
    if (next === changed) break;
    changed = next;
  }
  return changed;
}

function rearranged(graph: Graph, { name }: Graph['inputs'][number]): Graph {
  const input = graph.inputs.find((one) => one.name === name);
  const sizes = graphSizes(graph);
  const found = firstMove(graph, name, sizes);
  if (input === undefined || found === null || found.output === undoing(name)) return graph;
  const { operation } = found;
  const isTransposed = operation.kind === 'transpose';
  const order = isTransposed ? operation.order : [];
  const next: Sizes = isTransposed
    ? order.map((axis) => input.sizes[axis] ?? 1)
    : (sizes.get(found.output) ?? []);
  if (next.join() === input.sizes.join() && !isTransposed) return graph;
  const back: GraphNode['operation'] = isTransposed
    ? { kind: 'transpose', order: order.map((_, axis) => order.indexOf(axis)) }
    : { kind: 'reshape', sizes: input.sizes };
  const made = undoing(name);
  if (sizes.has(made)) return graph;
  const undo: GraphNode = { name: made, operation: back, inputs: [name], output: made };
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((tensor) => (tensor === name ? made : tensor)),
  }));
  return {
    ...graph,
    inputs: graph.inputs.map((one) => (one.name === name ? { ...one, sizes: next } : one)),
    nodes: [undo, ...nodes],
    outputs: graph.outputs.map((tensor) => (tensor === name ? made : tensor)),
  };
}

const undoing = (input: string): string => `${input}~undone`;

/**
 * The first transpose behind an input, past nodes that keep all axes; else a reshape that gives a map, if nothing else reads
 * the input.
 */
function firstMove(graph: Graph, input: string, sizes: ReadonlyMap<string, Sizes>): GraphNode | null {
  const rank = sizes.get(input)?.length;
  const reached = new Set([input]);
  const ways = new Set<string>();
  let reshape: GraphNode | null = null;
  for (const node of graph.nodes) {
    const { kind } = node.operation;
    if (!node.inputs.some((tensor) => reached.has(tensor))) continue;
    if (kind === 'transpose') return node;
    if (kind === 'reshape') {
      reshape ??= node;
      ways.add(node.output);
    } else if (KEEPING.has(kind) && sizes.get(node.output)?.length === rank) reached.add(node.output);
    else ways.add(node.output);
  }
  const [, ...map] = reshape === null ? [] : (sizes.get(reshape.output) ?? []);
  const isMap = map.length > 1 && map.slice(0, -1).some((size) => size > 1);
  return ways.size === 1 && isMap ? reshape : null;
}

/** Operators whose output has the axes of what they read. */
const KEEPING: ReadonlySet<GraphNode['operation']['kind']> = new Set([
  'unary',
  'quantize',
  'binary',
  'prelu',
  'pad',
  'slice',
  'concat',
]);

/** A graph whose inputs of [n, channels, height, width] become [n, height, width, channels]. */
export function withChannelsMoved(graph: Graph): Graph {
  const moved = graph.inputs.filter(({ sizes }) => sizes.length === 4).map(({ name }) => name);
  const before = (name: string): string => (moved.includes(name) ? `${name}~moved` : name);
  return {
    ...graph,
    inputs: graph.inputs.map((input) => {
      const [n = 1, channels = 1, height = 1, width = 1] = input.sizes;
      return moved.includes(input.name) ? { ...input, sizes: [n, height, width, channels] } : input;
    }),
    nodes: [
      ...moved.map((name): GraphNode => ({
        name: before(name),
        operation: { kind: 'transpose', order: [0, 3, 1, 2] },
        inputs: [name],
        output: before(name),
      })),
      ...graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(before) })),
    ],
    outputs: graph.outputs.map(before),
  };
}
