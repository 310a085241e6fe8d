import type { Operation, Pair, Sizes } from './graph.js';
import type { Padding } from '../network/index.js';

type Conv = Extract<Operation, { kind: 'conv2d' }>;
type Pool = Extract<Operation, { kind: 'maxPool' | 'averagePool' }>;

interface Windows {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
}

/** What a window covers whose places are so far apart. */
export const spread = (window: Pair, dilations: Pair): Pair => [
  (window[0] - 1) * dilations[0] + 1,
  (window[1] - 1) * dilations[1] + 1,
];

/** The sizes of a convolution's output, or why there are none. */
export function convSizes(operation: Conv, inputs: readonly Sizes[]): Sizes | string {
  const [input = [], kernel = [], bias] = inputs;
  if (input.length !== 4 || kernel.length !== 4) return 'a convolution needs four sizes';
  const [batch = 0, , , channels = 0] = input;
  const [height = 0, width = 0, perGroup = 0, filters = 0] = kernel;
  const { groups } = operation;
  if (!isCount(groups) || perGroup * groups !== channels || filters % groups !== 0) {
    return `the channels do not fit the kernel in ${groups} groups`;
  }
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== filters))
    return 'one bias per filter is needed';
  const counts = windowCounts(operation, input, [height, width]);
  return typeof counts === 'string' ? counts : [batch, ...counts, filters];
}

/** The sizes of a pooling's output, or why there are none. */
export function poolSizes(operation: Pool, input: Sizes): Sizes | string {
  if (input.length !== 4) return 'a pooling needs four sizes';
  const counts = windowCounts(operation, input, operation.window);
  return typeof counts === 'string' ? counts : [input[0] ?? 0, ...counts, input[3] ?? 0];
}

/** How many places a window has, or why it has none. A last one that does not fit is dropped. */
function windowCounts({ strides, dilations, padding }: Windows, input: Sizes, window: Pair): Pair | string {
  const { top, right, bottom, left } = padding;
  if (![...strides, ...dilations, ...window].every(isCount)) return 'a window, stride or dilation below 1';
  if (![top, right, bottom, left].every((side) => Number.isInteger(side) && side >= 0))
    return 'a padding below 0';
  const reach = spread(window, dilations);
  const count = (axis: 0 | 1, around: number): number =>
    Math.floor(((input[axis + 1] ?? 0) + around - reach[axis]) / strides[axis]) + 1;
  const counts: Pair = [count(0, top + bottom), count(1, left + right)];
  return counts.every((places) => places >= 1) ? counts : `the window ${window.join(' x ')} does not fit`;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
