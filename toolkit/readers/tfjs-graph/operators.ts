import type { BinaryName, Operation, Unary } from '../../graph/index.js';
import {
  add,
  apply,
  checkedAxis,
  compute,
  failure,
  input,
  integers,
  sizesOf,
  type Translate,
} from './call.js';
import * as layers from './layers.js';
import { booleanOf, floatOf, typeOf } from './node-def.js';
import * as shapes from './shapes.js';

const unary =
  (of: Unary): Translate =>
  (call) =>
    apply(call, of, input(call, 0));

const binary =
  (of: BinaryName): Translate =>
  (call) =>
    compute(call, of, input(call, 0), input(call, 1));

const reduce =
  (of: Extract<Operation, { kind: 'reduce' }>['of']): Translate =>
  (call) => {
    const rank = sizesOf(call, 0).length;
    const axes = [...new Set(integers(call, 1).map((axis) => checkedAxis(call, axis, rank)))];
    return add(call, { kind: 'reduce', of, axes, keep: booleanOf(call.node, 'keep_dims') }, [input(call, 0)]);
  };

const softmax =
  (log: boolean): Translate =>
  (call) =>
    add(call, { kind: 'softmax', axis: sizesOf(call, 0).length - 1, log }, [input(call, 0)]);

const same: Translate = (call) => input(call, 0);

const leakyRelu: Translate = (call) =>
  apply(call, { kind: 'leakyRelu', slope: floatOf(call.node, 'alpha', 0.2) }, input(call, 0));

const prelu: Translate = (call) => add(call, { kind: 'prelu' }, [input(call, 0), input(call, 1)]);

const square: Translate = (call) => compute(call, 'multiply', input(call, 0), input(call, 0));

const squaredDifference: Translate = (call) => {
  const difference = compute(call, 'subtract', input(call, 0), input(call, 1));
  return compute(call, 'multiply', difference, difference);
};

const reciprocalRoot: Translate = (call) =>
  apply(call, { kind: 'reciprocal' }, apply(call, { kind: 'sqrt' }, input(call, 0)));

const sumOfAll: Translate = (call) => {
  input(call, 0);
  return call.inputs.reduce((sum, name) => compute(call, 'add', sum, name));
};

const argMax: Translate = (call) => {
  const axis = checkedAxis(call, integers(call, 1)[0] ?? 0, sizesOf(call, 0).length);
  return add(call, { kind: 'argMax', axis, keep: false }, [input(call, 0)]);
};

const FLOATS = ['DT_FLOAT', 'DT_HALF', 'DT_DOUBLE', 'DT_BFLOAT16'];

/** Between types that hold the same values. */
const cast: Translate = (call) => {
  const [from, to] = [typeOf(call.node, 'SrcT'), typeOf(call.node, 'DstT')];
  const isFloat = FLOATS.includes(to);
  if (FLOATS.includes(from) && !isFloat) throw failure(call, 'it cuts off fractions, which is not supported');
  const constant = call.draft.constant(input(call, 0));
  if (constant === null || !isFloat) return input(call, 0);
  const values = Float32Array.from(constant.values);
  return call.draft.addConstant(call.node.name, { sizes: constant.sizes, values });
};

/** The nodes that can be read, by the names that TensorFlow gives them. */
const OPERATORS: Readonly<Record<string, Translate>> = {
  Abs: unary({ kind: 'abs' }),
  Add: binary('add'),
  AddN: sumOfAll,
  AddV2: binary('add'),
  ArgMax: argMax,
  AvgPool: layers.pool('averagePool'),
  BiasAdd: layers.biasAdd,
  Cast: cast,
  Ceil: unary({ kind: 'ceil' }),
  ConcatV2: shapes.concat,
  Conv2D: layers.conv2d,
  DepthwiseConv2d: layers.depthwiseConv2d,
  DepthwiseConv2dNative: layers.depthwiseConv2d,
  Elu: unary({ kind: 'elu', alpha: 1, gamma: 1 }),
  Exp: unary({ kind: 'exp' }),
  ExpandDims: shapes.expandDims,
  Floor: unary({ kind: 'floor' }),
  FusedBatchNorm: layers.batchNorm,
  FusedBatchNormV2: layers.batchNorm,
  FusedBatchNormV3: layers.batchNorm,
  FusedConv2D: layers.conv2d,
  FusedDepthwiseConv2dNative: layers.depthwiseConv2d,
  Identity: same,
  LeakyRelu: leakyRelu,
  Log: unary({ kind: 'log' }),
  LogSoftmax: softmax(true),
  MatMul: layers.matMul,
  Max: reduce('max'),
  MaxPool: layers.pool('maxPool'),
  Maximum: binary('maximum'),
  Mean: reduce('mean'),
  Min: reduce('min'),
  Minimum: binary('minimum'),
  MirrorPad: shapes.mirrorPad,
  Mul: binary('multiply'),
  Neg: unary({ kind: 'negative' }),
  Pack: shapes.pack,
  Pad: shapes.pad,
  PadV2: shapes.pad,
  Pow: binary('power'),
  Prelu: prelu,
  RealDiv: binary('divide'),
  Relu: unary({ kind: 'relu' }),
  Relu6: unary({ kind: 'clip', least: 0, most: 6 }),
  Reshape: shapes.reshape,
  Rsqrt: reciprocalRoot,
  Shape: shapes.shape,
  Sigmoid: unary({ kind: 'sigmoid' }),
  Slice: shapes.slice,
  Softmax: softmax(false),
  Softplus: unary({ kind: 'softplus' }),
  Split: shapes.split,
  Sqrt: unary({ kind: 'sqrt' }),
  Square: square,
  SquaredDifference: squaredDifference,
  Squeeze: shapes.squeeze,
  StopGradient: same,
  StridedSlice: shapes.stridedSlice,
  Sub: binary('subtract'),
  Sum: reduce('sum'),
  Tanh: unary({ kind: 'tanh' }),
  Transpose: shapes.transpose,
  _FusedConv2D: layers.conv2d,
  _FusedMatMul: layers.matMul,
};

export function operatorOf(op: string): Translate | null {
  return Object.hasOwn(OPERATORS, op) ? (OPERATORS[op] ?? null) : null;
}
