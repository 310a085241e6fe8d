import type { InputError } from '../errors.js';
import { broadcastSizes } from './broadcast.js';
import type { Graph, GraphNode, Operation, Sizes } from './graph.js';
import { nodeTitle, problem, quoted } from './problem.js';
import { elements } from './tensor.js';
import { convSizes, poolSizes } from './window-sizes.js';

/** The most values that one tensor, and all tensors of a graph together, may have. */
export const MOST_ELEMENTS = 2 ** 26;

/** The fewest and the most inputs that an operation reads. */
const INPUTS: Readonly<Record<Operation['kind'], readonly [number, number]>> = {
  conv2d: [2, 3],
  maxPool: [1, 1],
  averagePool: [1, 1],
  matmul: [2, 2],
  binary: [2, 2],
  unary: [1, 1],
  prelu: [2, 2],
  softmax: [1, 1],
  reduce: [1, 1],
  argMax: [1, 1],
  concat: [1, Infinity],
  reshape: [1, 1],
  transpose: [1, 1],
  pad: [1, 1],
  slice: [1, 1],
  quantize: [1, 1],
};

/**
 * The sizes of what an operation gives, from those that it reads.
 *
 * @param where - the node, for messages; see nodeTitle.
 * @throws InputError saying why the operation cannot read these sizes, or that its output would be absurdly large.
 */
export function outputSizes(operation: Operation, inputs: readonly Sizes[], where: string): Sizes {
  const [fewest, most] = INPUTS[operation.kind];
  if (inputs.length < fewest || inputs.length > most) {
    throw problem(`${inputs.length} inputs where ${fewest} are needed`, where);
  }
  const sizes = known(operation, inputs);
  if (typeof sizes === 'string') {
    throw problem(`${sizes}; its inputs are ${inputs.map(shownSizes).join(' and ')}`, where);
  }
  checkElements(sizes, where);
  return sizes;
}

/**
 * The sizes of every tensor of a graph.
 *
 * @throws InputError if a node does not fit its inputs, reads what nothing before it gives, or gives a name that is
 * taken; and if all tensors together are absurdly large.
 */
export function graphSizes(graph: Graph): ReadonlyMap<string, Sizes> {
  const sizes = new Map<string, Sizes>();
  for (const [name, constant] of graph.constants) sizes.set(name, constant.sizes);
  for (const input of graph.inputs) {
    checkElements(input.sizes, `input ${quoted(input.name)}`);
    sizes.set(input.name, input.sizes);
  }
  let total = 0;
  for (const node of graph.nodes) {
    const where = nodeTitle(node);
    if (sizes.has(node.output)) throw problem(`the name ${quoted(node.output)} is taken`, where);
    const given = outputSizes(node.operation, inputSizes(node, sizes), where);
    sizes.set(node.output, given);
    total += elements(given);
    if (total > MOST_ELEMENTS) throw tooLarge('all tensors up to here', where);
  }
  for (const name of graph.outputs) {
    if (!sizes.has(name)) throw problem(`nothing gives the output ${quoted(name)}`, 'the graph');
  }
  return sizes;
}

/** How messages speak of sizes: 1 x 28 x 28. */
export function shownSizes(sizes: Sizes): string {
  return sizes.length === 0 ? 'a single value' : sizes.join(' x ');
}

/** @throws InputError if a tensor of these sizes is absurdly large. */
export function checkElements(sizes: Sizes, where: string): void {
  const sound = sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (!sound || elements(sizes) > MOST_ELEMENTS) throw tooLarge(`a tensor of ${shownSizes(sizes)}`, where);
}

function tooLarge(what: string, where: string): InputError {
  return problem(`${what}: more than the ${MOST_ELEMENTS} values that are supported`, where);
}

function inputSizes(node: GraphNode, sizes: ReadonlyMap<string, Sizes>): readonly Sizes[] {
  return node.inputs.map((name) => {
    const found = sizes.get(name);
    if (found === undefined) throw problem(`nothing before it gives ${quoted(name)}`, nodeTitle(node));
    return found;
  });
}

/** The output's sizes, or why there are none. */
function known(operation: Operation, inputs: readonly Sizes[]): Sizes | string {
  const [first = [], second = []] = inputs;
  switch (operation.kind) {
    case 'conv2d':
      return convSizes(operation, inputs);
    case 'maxPool':
    case 'averagePool':
      return poolSizes(operation, first);
    case 'matmul':
      return matmulSizes(first, second);
    case 'binary':
      return broadcastSizes(first, second) ?? 'the sizes cannot be broadcast';
    case 'prelu':
      return same(broadcastSizes(first, second), first) ? first : 'the slopes cannot be broadcast';
    case 'unary':
      return first;
    case 'quantize':
      return quantizeFits(operation.levels.step, first) && quantizeFits(operation.levels.zero, first)
        ? first
        : 'as many steps and zeros as channels are needed, or one';
    case 'softmax':
      return isAxis(operation.axis, first) ? first : noAxis(operation.axis);
    case 'reduce': {
      const bad = operation.axes.find((axis) => !isAxis(axis, first));
      return bad === undefined ? reducedSizes(first, operation.axes, operation.keep) : noAxis(bad);
    }
    case 'argMax':
      if (!isAxis(operation.axis, first)) return noAxis(operation.axis);
      return first[operation.axis] === 0
        ? 'nothing to choose from'
        : reducedSizes(first, [operation.axis], operation.keep);
    case 'concat':
      return concatSizes(operation.axis, inputs);
    case 'reshape':
      return elements(operation.sizes) === elements(first)
        ? operation.sizes
        : `${shownSizes(operation.sizes)} has another number of values`;
    case 'transpose':
      return isPermutation(operation.order, first)
        ? operation.order.map((axis) => first[axis] ?? 0)
        : `the order ${operation.order.join(', ')} does not name every axis once`;
    case 'pad':
      return padSizes(operation, first);
    case 'slice':
      return sliceSizes(operation, first);
  }
}

function matmulSizes(a: Sizes, b: Sizes): Sizes | string {
  if (a.length < 2 || b.length < 2) return 'matrices are needed';
  if (a.at(-1) !== b.at(-2)) return 'the matrices do not fit each other';
  const outer = broadcastSizes(a.slice(0, -2), b.slice(0, -2));
  return outer === null ? 'the sizes cannot be broadcast' : [...outer, a.at(-2) ?? 0, b.at(-1) ?? 0];
}

function quantizeFits(values: readonly number[], sizes: Sizes): boolean {
  return values.length === 1 || values.length === sizes.at(-1);
}

function reducedSizes(sizes: Sizes, axes: readonly number[], keep: boolean): Sizes {
  if (keep) return sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return sizes.filter((_, axis) => !axes.includes(axis));
}

function concatSizes(axis: number, inputs: readonly Sizes[]): Sizes | string {
  const [first = []] = inputs;
  if (!isAxis(axis, first)) return noAxis(axis);
  const fits = inputs.every(
    (sizes) => sizes.length === first.length && sizes.every((size, k) => k === axis || size === first[k]),
  );
  if (!fits) return 'the sizes differ along another axis than the joined one';
  return first.map((size, k) =>
    k === axis ? inputs.reduce((sum, sizes) => sum + (sizes[k] ?? 0), 0) : size,
  );
}

function padSizes(
  { before, after, mode }: Extract<Operation, { kind: 'pad' }>,
  sizes: Sizes,
): Sizes | string {
  if (before.length !== sizes.length || after.length !== sizes.length)
    return 'one padding per axis is needed';
  if (![...before, ...after].every((count) => Number.isInteger(count) && count >= 0)) {
    return 'a padding below 0';
  }
  const reach = (axis: number): number => Math.max(before[axis] ?? 0, after[axis] ?? 0);
  if (mode === 'edge' && sizes.some((size, k) => size === 0 && reach(k) > 0)) return 'no edge to repeat';
  if (mode === 'reflect' && sizes.some((size, k) => reach(k) > 0 && reach(k) >= size)) {
    return 'more reflected padding than there are values';
  }
  return sizes.map((size, k) => (before[k] ?? 0) + size + (after[k] ?? 0));
}

function sliceSizes(
  { begin, end, step }: Extract<Operation, { kind: 'slice' }>,
  sizes: Sizes,
): Sizes | string {
  if ([begin, end, step].some((list) => list.length !== sizes.length)) return 'one range per axis is needed';
  const sound = sizes.every((size, k) => {
    const [from = -1, to = -1, by = 0] = [begin[k], end[k], step[k]];
    return [from, to, by].every(Number.isInteger) && from >= 0 && from <= to && to <= size && by >= 1;
  });
  if (!sound) return 'a range beyond the tensor';
  return sizes.map((_, k) => Math.ceil(((end[k] ?? 0) - (begin[k] ?? 0)) / (step[k] ?? 1)));
}

function isAxis(axis: number, sizes: Sizes): boolean {
  return Number.isInteger(axis) && axis >= 0 && axis < sizes.length;
}

function noAxis(axis: number): string {
  return `there is no axis ${axis}`;
}

function isPermutation(order: readonly number[], sizes: Sizes): boolean {
  return (
    order.length === sizes.length &&
    new Set(order).size === order.length &&
    order.every((k) => isAxis(k, sizes))
  );
}

function same(a: Sizes | null, b: Sizes): boolean {
  return a !== null && a.length === b.length && a.every((size, k) => size === b[k]);
}
