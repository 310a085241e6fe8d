import type { GraphNode } from '../graph.js';
import { sameSizes, scalar, withConstant, type Rule, type View } from './rule.js';

/** What gives the values that it reads, in the same sizes, goes. */
export const dropNoOps: Rule = (node, view) => {
  const same = unchanged(node, view);
  return same !== null && sameSizes(view.sizes(same), view.sizes(node.output)) ? { same } : null;
};

/** The tensor whose values a node gives, perhaps in other sizes. */
function unchanged(node: GraphNode, view: View): string | null {
  const { operation } = node;
  const input = node.inputs[0] ?? '';
  const all = (values: readonly number[], value: number): boolean => values.every((one) => one === value);
  const when = (condition: boolean): string | null => (condition ? input : null);
  switch (operation.kind) {
    case 'reshape':
      return input;
    case 'unary':
      return when(operation.of.kind === 'identity' || isEndless(operation.of));
    case 'transpose':
      return when(operation.order.every((axis, k) => axis === k));
    case 'pad':
      return when(all([...operation.before, ...operation.after], 0));
    case 'slice':
    case 'concat':
      // A part of the same size is the whole.
      return when(operation.kind === 'slice' || node.inputs.length === 1);
    case 'reduce':
      return when(operation.axes.every((axis) => view.sizes(input)[axis] === 1));
    case 'maxPool':
    case 'averagePool':
      return when(
        all([...operation.window, ...operation.strides], 1) && all(Object.values(operation.padding), 0),
      );
    case 'quantize': {
      const before = view.maker(input)?.operation;
      return when(
        before?.kind === 'quantize' && JSON.stringify(before.levels) === JSON.stringify(operation.levels),
      );
    }
    case 'binary': {
      const found = withConstant(node, view);
      if (found === null) return null;
      const value = scalar(found.constant, view);
      const { of } = operation;
      const neutral =
        (value === 0 && (of === 'add' || (of === 'subtract' && !found.isFirst))) ||
        (value === 1 && (of === 'multiply' || ((of === 'divide' || of === 'power') && !found.isFirst)));
      return neutral ? found.input : null;
    }
    case 'argMax':
    case 'conv2d':
    case 'matmul':
    case 'prelu':
    case 'softmax':
      return null;
  }
}

const isEndless = (of: { readonly kind: string; readonly least?: number; readonly most?: number }): boolean =>
  of.kind === 'clip' && of.least === -Infinity && of.most === Infinity;
