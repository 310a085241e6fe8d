import * as layers from './layers.js';
import * as shapes from './shapes.js';
import type { Translate } from './step.js';
import * as values from './values.js';

export interface Operator {
  readonly name: string;
  readonly translate: Translate;
  /** Whether its outputs are levels of its inputs, so that they need not be rounded where both have the same. */
  readonly keepsLevels: boolean;
}

const moves = (name: string, translate: Translate): Operator => ({ name, translate, keepsLevels: true });
const computes = (name: string, translate: Translate): Operator => ({ name, translate, keepsLevels: false });

/** The operators that can be read, by their numbers in the schema. */
const OPERATORS: Readonly<Record<number, Operator>> = {
  0: computes('ADD', values.binary('add', 0)),
  1: computes('AVERAGE_POOL_2D', layers.pool('averagePool')),
  2: moves('CONCATENATION', shapes.concatenation),
  3: computes('CONV_2D', layers.conv2d),
  4: computes('DEPTHWISE_CONV_2D', layers.depthwiseConv2d),
  6: moves('DEQUANTIZE', values.same),
  8: computes('FLOOR', values.unary({ kind: 'floor' })),
  9: computes('FULLY_CONNECTED', layers.fullyConnected),
  14: computes('LOGISTIC', values.unary({ kind: 'sigmoid' })),
  17: moves('MAX_POOL_2D', layers.pool('maxPool')),
  18: computes('MUL', values.binary('multiply', 0)),
  19: moves('RELU', values.unary({ kind: 'relu' })),
  20: computes('RELU_N1_TO_1', values.unary({ kind: 'clip', least: -1, most: 1 })),
  21: computes('RELU6', values.unary({ kind: 'clip', least: 0, most: 6 })),
  22: moves('RESHAPE', shapes.reshape),
  25: computes('SOFTMAX', values.softmax),
  28: computes('TANH', values.unary({ kind: 'tanh' })),
  34: moves('PAD', shapes.pad),
  39: moves('TRANSPOSE', shapes.transpose),
  40: computes('MEAN', values.reduce('mean')),
  41: computes('SUB', values.binary('subtract', 0)),
  42: computes('DIV', values.binary('divide', 0)),
  43: moves('SQUEEZE', shapes.squeeze),
  45: moves('STRIDED_SLICE', shapes.stridedSlice),
  47: computes('EXP', values.unary({ kind: 'exp' })),
  49: moves('SPLIT', shapes.split),
  50: computes('LOG_SOFTMAX', values.logSoftmax),
  53: moves('CAST', values.cast),
  54: computes('PRELU', values.prelu),
  55: moves('MAXIMUM', values.binary('maximum')),
  56: computes('ARG_MAX', values.argMax),
  57: moves('MINIMUM', values.binary('minimum')),
  59: computes('NEG', values.unary({ kind: 'negative' })),
  60: moves('PADV2', shapes.pad),
  65: moves('SLICE', shapes.slice),
  70: moves('EXPAND_DIMS', shapes.expandDims),
  73: computes('LOG', values.unary({ kind: 'log' })),
  74: computes('SUM', values.reduce('sum')),
  75: computes('SQRT', values.unary({ kind: 'sqrt' })),
  76: computes('RSQRT', values.reciprocalRoot),
  77: computes('SHAPE', shapes.shape),
  78: computes('POW', values.binary('power')),
  82: moves('REDUCE_MAX', values.reduce('max')),
  83: moves('PACK', shapes.pack),
  88: moves('UNPACK', shapes.unpack),
  89: moves('REDUCE_MIN', values.reduce('min')),
  92: computes('SQUARE', values.square),
  98: computes('LEAKY_RELU', values.leakyRelu),
  99: computes('SQUARED_DIFFERENCE', values.squaredDifference),
  100: moves('MIRROR_PAD', shapes.mirrorPad),
  101: computes('ABS', values.unary({ kind: 'abs' })),
  102: moves('SPLIT_V', shapes.splitV),
  104: computes('CEIL', values.unary({ kind: 'ceil' })),
  106: computes('ADD_N', values.sumOfAll),
  111: computes('ELU', values.unary({ kind: 'elu', alpha: 1, gamma: 1 })),
  114: moves('QUANTIZE', values.same),
  116: computes('ROUND', values.unary({ kind: 'round' })),
  117: computes('HARD_SWISH', values.unary({ kind: 'hardSwish' })),
  152: computes('RELU_0_TO_1', values.unary({ kind: 'clip', least: 0, most: 1 })),
};

/** Others that files have, for messages. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  5: 'DEPTH_TO_SPACE',
  7: 'EMBEDDING_LOOKUP',
  11: 'L2_NORMALIZATION',
  12: 'L2_POOL_2D',
  13: 'LOCAL_RESPONSE_NORMALIZATION',
  16: 'LSTM',
  23: 'RESIZE_BILINEAR',
  24: 'RNN',
  26: 'SPACE_TO_DEPTH',
  27: 'SVDF',
  35: 'UNIDIRECTIONAL_SEQUENCE_RNN',
  36: 'GATHER',
  37: 'BATCH_TO_SPACE_ND',
  38: 'SPACE_TO_BATCH_ND',
  44: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
  67: 'TRANSPOSE_CONV',
  80: 'FAKE_QUANT',
  97: 'RESIZE_NEAREST_NEIGHBOR',
  118: 'IF',
  119: 'WHILE',
  126: 'BATCH_MATMUL',
  142: 'VAR_HANDLE',
  150: 'GELU',
};

export function operatorOf(code: number): Operator | null {
  return OPERATORS[code] ?? null;
}

/** How messages call an operator. */
export function operatorTitle(code: number, customName: string): string {
  if (code === 32) return `the custom operator ${JSON.stringify(customName)}`;
  return OPERATORS[code]?.name ?? UNSUPPORTED[code] ?? `operator number ${code}`;
}
