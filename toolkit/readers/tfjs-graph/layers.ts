import type { Pair } from '../../graph/index.js';
import type { Padding } from '../../network/index.js';
import { paddingOf } from '../same-padding.js';
import { add, apply, compute, failure, input, reshaped, sizesOf, type Call, type Translate } from './call.js';
import { booleanOf, floatOf, integersOf, textOf, textsOf } from './node-def.js';

/** Nodes with weights, pools and batch norm. */

/** Its kernel is [height, width, in / groups, out]. */
export const conv2d: Translate = (call) => {
  const [height = 0, width = 0, perGroup = 0] = sizesOf(call, 1);
  const groups = (sizesOf(call, 0)[3] ?? 0) / perGroup;
  return convolution(call, [height, width], groups, input(call, 1));
};

/** Its kernel is [height, width, channels, multiplier]: the outputs of a channel are neighbours. */
export const depthwiseConv2d: Translate = (call) => {
  const [height = 0, width = 0, channels = 0, multiplier = 0] = sizesOf(call, 1);
  const kernel = reshaped(call, input(call, 1), [height, width, 1, channels * multiplier]);
  return convolution(call, [height, width], channels, kernel);
};

function convolution(call: Call, window: Pair, groups: number, kernel: string): string {
  const strides = pairOf(call, 'strides');
  const dilations = pairOf(call, 'dilations');
  const padding = placing(call, window, strides, dilations);
  const operation = { kind: 'conv2d', strides, dilations, padding, groups } as const;
  const operations = textsOf(call.node, 'fused_ops');
  const hasBias = operations[0] === 'BiasAdd';
  const bias = hasBias ? [input(call, 2)] : [];
  const sum = add(call, operation, [input(call, 0), kernel, ...bias]);
  return fused(call, sum, hasBias ? operations.slice(1) : operations, hasBias ? 3 : 2);
}

export const matMul: Translate = (call) => {
  const side = (place: number, name: string): string => {
    if (sizesOf(call, place).length !== 2) throw failure(call, 'it needs matrices');
    if (!booleanOf(call.node, name)) return input(call, place);
    return add(call, { kind: 'transpose', order: [1, 0] }, [input(call, place)]);
  };
  const product = add(call, { kind: 'matmul' }, [side(0, 'transpose_a'), side(1, 'transpose_b')]);
  return fused(call, product, textsOf(call.node, 'fused_ops'), 2);
};

/** What operations that the converter put into a node make of its sum; those with weights read the inputs from `first` on. */
function fused(call: Call, sum: string, operations: readonly string[], first: number): string {
  let next = first;
  let result = sum;
  for (const name of operations) {
    switch (name) {
      case 'BiasAdd':
        result = compute(call, 'add', result, input(call, next++));
        break;
      case 'Prelu':
        result = add(call, { kind: 'prelu' }, [result, input(call, next++)]);
        break;
      case 'Relu':
        result = apply(call, { kind: 'relu' }, result);
        break;
      case 'Relu6':
        result = apply(call, { kind: 'clip', least: 0, most: 6 }, result);
        break;
      case 'Elu':
        result = apply(call, { kind: 'elu', alpha: 1, gamma: 1 }, result);
        break;
      case 'Sigmoid':
        result = apply(call, { kind: 'sigmoid' }, result);
        break;
      case 'Tanh':
        result = apply(call, { kind: 'tanh' }, result);
        break;
      case 'LeakyRelu':
        result = apply(
          call,
          { kind: 'leakyRelu', slope: floatOf(call.node, 'leakyrelu_alpha', 0.2) },
          result,
        );
        break;
      default:
        throw failure(call, `${JSON.stringify(name)} within it is not supported`);
    }
  }
  return result;
}

/** Averages leave the padding out of the count. */
export const pool =
  (kind: 'maxPool' | 'averagePool'): Translate =>
  (call) => {
    const [window, strides] = [pairOf(call, 'ksize'), pairOf(call, 'strides')];
    const padding = placing(call, window, strides, [1, 1]);
    const operation = { kind, window, strides, dilations: [1, 1] as const, padding, countsPadding: false };
    return add(call, operation, [input(call, 0)]);
  };

/** (x - mean) / sqrt(variance + epsilon) * scale + offset, with one of each per channel. */
export const batchNorm: Translate = (call) => {
  if (booleanOf(call.node, 'is_training')) {
    throw failure(call, 'it learns from the pictures that it sees', 'Export the model for inference.');
  }
  checkChannelsLast(call);
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((place) => {
    const constant = call.draft.constant(input(call, place));
    if (constant === null) throw failure(call, `its input ${place} is not in the file`);
    return constant;
  });
  const epsilon = floatOf(call.node, 'epsilon', 1e-4);
  const channels = scale?.values.length ?? 0;
  const gains = new Float32Array(channels);
  const shifts = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const gain = (scale?.values[c] ?? NaN) / Math.sqrt((variance?.values[c] ?? NaN) + epsilon);
    gains[c] = gain;
    shifts[c] = (offset?.values[c] ?? NaN) - (mean?.values[c] ?? NaN) * gain;
  }
  const { name } = call.node;
  const gain = call.draft.addConstant(`${name}/gain`, { sizes: [channels], values: gains });
  const shift = call.draft.addConstant(`${name}/shift`, { sizes: [channels], values: shifts });
  return compute(call, 'add', compute(call, 'multiply', input(call, 0), gain), shift);
};

export const biasAdd: Translate = (call) => {
  checkChannelsLast(call);
  return compute(call, 'add', input(call, 0), input(call, 1));
};

function placing(call: Call, window: Pair, strides: Pair, dilations: Pair): Padding {
  const sizes = sizesOf(call, 0);
  if (sizes.length !== 4) throw failure(call, 'it needs a tensor [1, height, width, channels]');
  const mode = textOf(call.node, 'padding', 'VALID');
  switch (mode) {
    case 'SAME':
      return paddingOf('same', sizes, window, strides, dilations);
    case 'VALID':
      return paddingOf('valid', sizes, window, strides, dilations);
    case 'EXPLICIT': {
      const [, , top = 0, bottom = 0, left = 0, right = 0] = integersOf(call.node, 'explicit_paddings');
      return { top, right, bottom, left };
    }
    default:
      throw failure(call, `its padding is ${JSON.stringify(mode)}`);
  }
}

function checkChannelsLast(call: Call): void {
  const order = textOf(call.node, 'data_format', 'NHWC');
  if (order !== 'NHWC') {
    throw failure(call, `its tensors are ${JSON.stringify(order)}`, 'Convert a model with channels last.');
  }
}

/** The middle two of four settings: those of the batch and the channels are 1. */
function pairOf(call: Call, name: string): Pair {
  checkChannelsLast(call);
  const list = integersOf(call.node, name);
  const [batch = 1, vertical = 1, horizontal = 1, channels = 1] = list;
  if (
    batch !== 1 ||
    channels !== 1 ||
    ![0, 4].includes(list.length) ||
    vertical > MOST ||
    horizontal > MOST
  ) {
    throw failure(call, `its ${name} are ${list.slice(0, 8).join(', ')}`);
  }
  return [vertical, horizontal];
}

const MOST = 2 ** 16;
