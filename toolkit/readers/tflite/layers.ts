import type { Pair } from '../../graph/index.js';
import { resolveSizes } from '../axes.js';
import { paddingOf } from '../same-padding.js';
import { activated, add, failure, input, option, sizesOf, type Step, type Translate } from './step.js';

/** Operators with weights, and pools. Kernels of convolutions are [out, height, width, in] in the file. */

export const conv2d: Translate = (step) => {
  const [filters = 0, height = 0, width = 0, channels = 0] = sizesOf(step, 1);
  const groups = channels === 0 ? 0 : (sizesOf(step, 0)[3] ?? 0) / channels;
  if (!Number.isInteger(groups) || groups < 1 || filters % groups !== 0) {
    throw failure(step, 'its kernel does not fit the channels of what it reads');
  }
  const { mode, strides } = placing(step);
  const dilations = pairOf(step, 5, 4, 1);
  const padding = paddingOf(mode, sizesOf(step, 0), [height, width], strides, dilations);
  const kernel = step.weights(1, [1, 2, 3, 0]);
  const sum = add(step, { kind: 'conv2d', strides, dilations, padding, groups }, readBy(step, kernel));
  return activated(step, sum, 3);
};

/** Its kernel is [1, height, width, channels * multiplier]: the outputs of a channel are neighbours. */
export const depthwiseConv2d: Translate = (step) => {
  const [one = 0, height = 0, width = 0, filters = 0] = sizesOf(step, 1);
  const groups = sizesOf(step, 0)[3] ?? 0;
  if (one !== 1 || groups < 1 || filters % groups !== 0) {
    throw failure(step, 'its kernel does not fit the channels of what it reads');
  }
  const { mode, strides } = placing(step);
  const dilations = pairOf(step, 6, 5, 1);
  const padding = paddingOf(mode, sizesOf(step, 0), [height, width], strides, dilations);
  // With one group per channel, the axis of size 1 is that of the channels within a group.
  const kernel = step.weights(1, [1, 2, 0, 3]);
  const sum = add(step, { kind: 'conv2d', strides, dilations, padding, groups }, readBy(step, kernel));
  return activated(step, sum, 4);
};

/** Its weights are [out, in]; what it reads becomes a matrix of rows of `in` values. */
export const fullyConnected: Translate = (step) => {
  if (option(step, 1, 'int8') !== 0) {
    throw failure(
      step,
      'its weights are shuffled for another processor',
      'Convert the model for the default one.',
    );
  }
  const [units = 0, count = 0] = sizesOf(step, 1);
  const from = sizesOf(step, 0);
  const keeps = option(step, 2, 'bool') !== 0;
  const total = from.reduce((product, size) => product * size, 1);
  const rows = resolveSizes([-1, count], total);
  if (rows === null || (keeps && from.at(-1) !== count)) {
    throw failure(step, `rows of ${count} values are needed; it reads ${from.join(' x ')}`);
  }
  const matrix = reshaped(step, input(step, 0), rows);
  const product = add(step, { kind: 'matmul' }, [matrix, step.weights(1, [1, 0])]);
  const bias = step.optional(2);
  const sum = bias === null ? product : add(step, { kind: 'binary', of: 'add' }, [product, bias]);
  return activated(
    step,
    reshaped(step, sum, keeps ? [...from.slice(0, -1), units] : [rows[0] ?? 1, units]),
    0,
  );
};

/** Averages leave the padding out of the count. */
export const pool =
  (kind: 'maxPool' | 'averagePool'): Translate =>
  (step) => {
    const { mode, strides } = placing(step);
    const window = pairOf(step, 4, 3, 0);
    const padding = paddingOf(mode, sizesOf(step, 0), window, strides);
    const operation = { kind, window, strides, dilations: [1, 1] as const, padding, countsPadding: false };
    return activated(step, add(step, operation, [input(step, 0)]), 5);
  };

/** A tensor with other sizes; itself if it has them already. */
export function reshaped(step: Step, name: string, sizes: readonly number[]): string {
  const from = step.draft.sizes(name);
  const same = from.length === sizes.length && from.every((size, axis) => size === sizes[axis]);
  return same ? name : add(step, { kind: 'reshape', sizes }, [name]);
}

function readBy(step: Step, kernel: string): readonly string[] {
  const bias = step.optional(2);
  return bias === null ? [input(step, 0), kernel] : [input(step, 0), kernel, bias];
}

/** Padding and strides are the first fields of all operators with windows, the horizontal one before the vertical one. */
function placing(step: Step): { readonly mode: 'same' | 'valid'; readonly strides: Pair } {
  if (sizesOf(step, 0).length !== 4) throw failure(step, 'it needs a tensor [1, height, width, channels]');
  return { mode: option(step, 0, 'int8') === 0 ? 'same' : 'valid', strides: pairOf(step, 2, 1, 0) };
}

function pairOf(step: Step, vertical: number, horizontal: number, otherwise: number): Pair {
  const pair: Pair = [
    option(step, vertical, 'int32', otherwise),
    option(step, horizontal, 'int32', otherwise),
  ];
  if (pair.every((value) => value >= 1 && value <= MOST_STEPS)) return pair;
  throw failure(step, `its strides, window or dilation are ${pair.join(' and ')}`);
}

const MOST_STEPS = 2 ** 16;
