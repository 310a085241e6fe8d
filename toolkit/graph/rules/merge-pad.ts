import type { Padding } from '../../network/index.js';
import { isNeverNegative } from '../never-negative.js';
import { spread } from '../window-sizes.js';
import { again, type Rule } from './rule.js';

/**
 * Padding around height and width is that of the convolution or pool that reads it, where that pads with the same: zeros; of a max
 * pool what never wins. It must stay smaller than the window.
 */
export const mergePad: Rule = (node, view) => {
  const { operation } = node;
  const input = node.inputs[0] ?? '';
  const pad = view.maker(input);
  if (operation.kind !== 'conv2d' && operation.kind !== 'maxPool' && operation.kind !== 'averagePool')
    return null;
  if (pad?.operation.kind !== 'pad' || pad.operation.mode !== 'constant') return null;
  const { before, after, value } = pad.operation;
  const own = operation.padding;
  const isPadded = Object.values(own).some((amount) => amount > 0);
  const [from = ''] = pad.inputs;
  if (operation.kind === 'maxPool') {
    if (value !== -Infinity && (value !== 0 || !isNeverNegative(from, view.maker))) return null;
    if (value === 0 && isPadded) return null;
  } else if (value !== 0) return null;
  if (operation.kind === 'averagePool' && isPadded && !operation.countsPadding) return null;
  if ([0, 3].some((axis) => (before[axis] ?? 0) + (after[axis] ?? 0) > 0)) return null;
  const padding: Padding = {
    top: own.top + (before[1] ?? 0),
    bottom: own.bottom + (after[1] ?? 0),
    left: own.left + (before[2] ?? 0),
    right: own.right + (after[2] ?? 0),
  };
  const [height = 1, width = 1] =
    operation.kind === 'conv2d' ? view.sizes(node.inputs[1] ?? '') : operation.window;
  const [rows, columns] = spread([height, width], operation.dilations);
  const fits =
    Math.max(padding.top, padding.bottom) < rows && Math.max(padding.left, padding.right) < columns;
  if (!fits) return null;
  const counts = operation.kind === 'averagePool' ? { countsPadding: true } : {};
  return {
    nodes: [
      again(node, {
        operation: { ...operation, padding, ...counts },
        inputs: [from, ...node.inputs.slice(1)],
      }),
    ],
  };
};
