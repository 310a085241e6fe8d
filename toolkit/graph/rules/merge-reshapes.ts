import { again, sameSizes, scalar, withConstant, type Rule } from './rule.js';

/** A reshape of a reshape is one; so is a reduction of axes of one value, and a transpose that moves no others. */
export const mergeReshapes: Rule = (node, view) => {
  const { operation } = node;
  const input = node.inputs[0] ?? '';
  const sizes = view.sizes(input);
  const to = view.sizes(node.output);
  if (operation.kind === 'reshape') {
    const before = view.maker(input);
    if (before?.operation.kind !== 'reshape') return null;
    return { nodes: [again(node, { inputs: before.inputs })] };
  }
  const only =
    operation.kind === 'reduce'
      ? operation.axes.every((axis) => sizes[axis] === 1)
      : operation.kind === 'transpose' && keepsValues(operation.order.filter((axis) => sizes[axis] !== 1));
  return only ? { nodes: [again(node, { operation: { kind: 'reshape', sizes: to } })] } : null;
};

const keepsValues = (order: readonly number[]): boolean =>
  order.every((axis, k) => k === 0 || axis > (order[k - 1] ?? 0));

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
