import type { GraphNode } from '../graph.js';
import { again, sameSizes, scalar, withConstant, type Rule, type View } from './rule.js';

/**
 * A reshape of a reshape is one, and a reduction of axes of one value is one. A transpose that moves only such axes
 * is one beside another; alone it stays what it is, for others to cancel it.
 */
export const mergeReshapes: Rule = (node, view) => {
  const { operation } = node;
  const input = node.inputs[0] ?? '';
  const reshape = { kind: 'reshape', sizes: view.sizes(node.output) } as const;
  if (operation.kind === 'reduce') {
    const only = operation.axes.every((axis) => view.sizes(input)[axis] === 1);
    return only ? { nodes: [again(node, { operation: reshape })] } : null;
  }
  const before = view.maker(input);
  if (before === undefined || !keepsValues(node, view) || !keepsValues(before, view)) return null;
  if (operation.kind === 'transpose' && before.operation.kind === 'transpose') return null;
  return { nodes: [again(node, { operation: reshape, inputs: before.inputs })] };
};

/** Whether a node only gives other sizes to the values in their order. */
export function keepsValues({ operation, inputs }: GraphNode, view: Pick<View, 'sizes'>): boolean {
  if (operation.kind !== 'transpose') return operation.kind === 'reshape';
  const sizes = view.sizes(inputs[0] ?? '');
  const moved = operation.order.filter((axis) => sizes[axis] !== 1);
  return moved.every((axis, k) => k === 0 || axis > (moved[k - 1] ?? 0));
}

/** What looks at values one by one comes before a reshape. */
export const sinkReshape: Rule = (node, view) => {
  const { operation } = node;
  const reshape = view.maker(node.inputs[0] ?? '');
  const moved = (inputs: readonly string[]) => {
    const name = view.fresh();
    const sizes = view.sizes(node.output);
    return {
      nodes: [
        again(node, { inputs, output: name }),
        again(node, { operation: { kind: 'reshape', sizes } as const, inputs: [name] }),
      ],
    };
  };
  if (
    operation.kind === 'unary' ||
    (operation.kind === 'quantize' &&
      operation.levels.step.length === 1 &&
      operation.levels.zero.length === 1)
  ) {
    return reshape?.operation.kind === 'reshape' ? moved(reshape.inputs) : null;
  }
  if (operation.kind !== 'binary') return null;
  const found = withConstant(node, view);
  if (found !== null) {
    const before = view.maker(found.input);
    const one =
      (view.constant(found.constant)?.values.length ?? 0) === 1 && scalar(found.constant, view) !== null;
    if (before?.operation.kind !== 'reshape' || !one) return null;
    if (!sameSizes(view.sizes(found.input), view.sizes(node.output))) return null;
    const from = before.inputs[0] ?? '';
    if (view.sizes(from).length < (view.constant(found.constant)?.sizes.length ?? 0)) return null;
    return moved(found.isFirst ? [found.constant, from] : [from, found.constant]);
  }
  const other = view.maker(node.inputs[1] ?? '');
  if (reshape?.operation.kind !== 'reshape' || other?.operation.kind !== 'reshape') return null;
  const [a = '', b = ''] = [reshape.inputs[0], other.inputs[0]];
  const alike =
    sameSizes(view.sizes(a), view.sizes(b)) &&
    sameSizes(view.sizes(node.inputs[0] ?? ''), view.sizes(node.inputs[1] ?? ''));
  return alike ? moved([a, b]) : null;
};
