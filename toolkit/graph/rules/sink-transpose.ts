import type { Constant, GraphNode, Operation, Sizes } from '../graph.js';
import { evaluateOperation } from '../evaluate.js';
import { again, sameSizes, type Replacement, type Rule, type View } from './rule.js';

/** A transpose of a transpose is one. */
export const mergeTransposes: Rule = (node, view) => {
  const { operation } = node;
  const before = view.maker(node.inputs[0] ?? '');
  if (operation.kind !== 'transpose' || before?.operation.kind !== 'transpose') return null;
  const { order } = before.operation;
  const merged = operation.order.map((axis) => order[axis] ?? 0);
  return { nodes: [again(node, { operation: { kind: 'transpose', order: merged }, inputs: before.inputs })] };
};

/** What treats all axes alike, or is told which are its own, comes before a transpose. */
export const sinkTranspose: Rule = (node, view) => {
  const order = orderOf(node, view);
  if (order === null) return null;
  const { operation } = node;
  const [before = ''] = node.inputs.flatMap((input) => transposed(input, view)?.input ?? []);
  switch (operation.kind) {
    case 'unary':
      return moved(node, view, operation, [before], order);
    case 'quantize': {
      const { step, zero } = operation.levels;
      const alike = step.length === 1 && zero.length === 1;
      return alike ? moved(node, view, operation, [before], order) : null;
    }
    case 'binary':
    case 'prelu':
      return acrossBroadcast(node, view, order);
    case 'concat': {
      const inputs = node.inputs.map((input) => transposed(input, view));
      if (inputs.some((one) => one === null || one.order.join() !== order.join())) return null;
      const axis = order[operation.axis] ?? 0;
      return moved(
        node,
        view,
        { kind: 'concat', axis },
        inputs.flatMap((one) => one?.input ?? []),
        order,
      );
    }
    case 'softmax':
      return moved(node, view, { ...operation, axis: order[operation.axis] ?? 0 }, [before], order);
    case 'pad': {
      const [ahead, after] = [back(operation.before, order), back(operation.after, order)];
      return moved(node, view, { ...operation, before: ahead, after }, [before], order);
    }
    case 'slice': {
      const { begin, end, step } = operation;
      const own = { begin: back(begin, order), end: back(end, order), step: back(step, order) };
      return moved(node, view, { kind: 'slice', ...own }, [before], order);
    }
    case 'reduce': {
      const axes = operation.axes.map((axis) => order[axis] ?? 0);
      const kept = operation.keep ? order : without(order, axes);
      return moved(node, view, { ...operation, axes }, [before], kept);
    }
    case 'argMax': {
      const axis = order[operation.axis] ?? 0;
      const kept = operation.keep ? order : without(order, [axis]);
      return moved(node, view, { ...operation, axis }, [before], kept);
    }
    case 'averagePool':
    case 'conv2d':
    case 'matmul':
    case 'maxPool':
    case 'reshape':
    case 'transpose':
      return null;
  }
};

const transposed = (
  tensor: string,
  view: View,
): { readonly input: string; readonly order: readonly number[] } | null => {
  const maker = view.maker(tensor);
  return maker?.operation.kind === 'transpose'
    ? { input: maker.inputs[0] ?? '', order: maker.operation.order }
    : null;
};

/** Of the first input that is transposed. */
const orderOf = ({ inputs }: GraphNode, view: View): readonly number[] | null =>
  inputs.flatMap((input) => transposed(input, view) ?? [])[0]?.order ?? null;

/** By axis of the input what is told by axis of the output. */
const back = (values: readonly number[], order: readonly number[]): readonly number[] =>
  order.map((_, axis) => values[order.indexOf(axis)] ?? 0);

/** The order of the axes that are left, numbered anew. */
function without(order: readonly number[], axes: readonly number[]): readonly number[] {
  const left = order.filter((axis) => !axes.includes(axis));
  return left.map((axis) => left.filter((other) => other < axis).length);
}

function moved(
  node: GraphNode,
  view: View,
  operation: Operation,
  inputs: readonly string[],
  order: readonly number[],
  constants: ReadonlyMap<string, Constant> = new Map(),
): Replacement {
  const name = view.fresh();
  return {
    nodes: [
      again(node, { operation, inputs, output: name }),
      again(node, { operation: { kind: 'transpose', order }, inputs: [name] }),
    ],
    constants,
  };
}

/** Constants are transposed the other way; other tensors must be transposed alike. */
function acrossBroadcast(node: GraphNode, view: View, order: readonly number[]): Replacement | null {
  const constants = new Map<string, Constant>();
  const inputs = node.inputs.map((input): string | null => {
    const own = transposed(input, view);
    if (own !== null) return own.order.join() === order.join() ? own.input : null;
    const constant = view.constant(input);
    if (constant === undefined || constant.sizes.length > order.length) return null;
    const name = view.fresh();
    constants.set(name, transposedBack(constant, order));
    return name;
  });
  const whole = node.inputs.every(
    (input) => view.constant(input) !== undefined || sameSizes(view.sizes(input), view.sizes(node.output)),
  );
  if (!whole || inputs.includes(null)) return null;
  return moved(
    node,
    view,
    node.operation,
    inputs.flatMap((input) => input ?? []),
    order,
    constants,
  );
}

function transposedBack(constant: Constant, order: readonly number[]): Constant {
  const missing = order.length - constant.sizes.length;
  const sizes: Sizes = [...Array.from({ length: missing }, () => 1), ...constant.sizes];
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return evaluateOperation({ kind: 'transpose', order: inverse }, [{ ...constant, sizes }], 'a constant');
}
