import { broadcast } from './broadcast.js';
import { erf } from './erf.js';
import type { BinaryName, Constant, Sizes, Unary } from './graph.js';
import { elements } from './tensor.js';

type Values = Constant['values'];

const BINARY: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  power: Math.pow,
};

type Plain = Exclude<Unary['kind'], 'leakyRelu' | 'elu' | 'clip' | 'hardSigmoid'>;

const UNARY: Readonly<Record<Plain, (x: number) => number>> = {
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid,
  hardSwish: (x) => x * clamp(x / 6 + 0.5, 0, 1),
  swish: (x) => x * sigmoid(x),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
  negative: (x) => -x,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundEven,
  erf,
  sign: Math.sign,
};

/** These give integers for integers. */
const OF_INTEGERS: ReadonlySet<Unary['kind']> = new Set([
  'identity',
  'relu',
  'abs',
  'negative',
  'floor',
  'ceil',
  'round',
  'sign',
  'clip',
]);

/** Two integer tensors give integers, a quotient cut off towards 0; any other two give floats. */
export function binary(of: BinaryName, a: Constant, b: Constant, sizes: Sizes): Values {
  const [left, right] = [broadcast(a, sizes), broadcast(b, sizes)];
  const integers = left instanceof Int32Array && right instanceof Int32Array;
  const output = integers ? new Int32Array(elements(sizes)) : new Float32Array(elements(sizes));
  const compute = BINARY[of];
  for (let i = 0; i < output.length; i++) output[i] = compute(left[i] ?? 0, right[i] ?? 0);
  return output;
}

/** Value by value. */
export function unary(of: Unary, values: Values): Values {
  const integers = values instanceof Int32Array && OF_INTEGERS.has(of.kind);
  const output = integers ? new Int32Array(values.length) : new Float32Array(values.length);
  const compute = unaryFunction(of);
  for (let i = 0; i < output.length; i++) output[i] = compute(values[i] ?? 0);
  return output;
}

export function prelu(input: Constant, slopes: Constant): Values {
  const slope = broadcast(slopes, input.sizes);
  return Float32Array.from(input.values, (x, i) => (x < 0 ? x * (slope[i] ?? 0) : x));
}

/** The nearest integer; of two, the even one. */
export function roundEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

export function clamp(x: number, least: number, most: number): number {
  return Math.min(Math.max(x, least), most);
}

/** A unary operation as a function of a number. */
export function unaryFunction(of: Unary): (x: number) => number {
  if (of.kind === 'leakyRelu') return (x) => (x < 0 ? of.slope * x : x);
  if (of.kind === 'elu') return (x) => of.gamma * (x < 0 ? of.alpha * Math.expm1(x) : x);
  if (of.kind === 'clip') return (x) => clamp(x, of.least, of.most);
  if (of.kind === 'hardSigmoid') return (x) => clamp(of.gain * x + of.offset, 0, 1);
  return UNARY[of.kind];
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
