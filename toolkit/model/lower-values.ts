import type { BinaryName, Constant, GraphNode, QuantizedLevels, Unary } from '../graph/index.js';
import { NO_END, type Activation } from './activations.js';
import type { BatchNormLayer } from './float-model.js';
import { givenFault } from './given-levels.js';
import {
  isPicture,
  make,
  nameFor,
  perChannel,
  read,
  readAny,
  unsupported,
  type Lowered,
  type Lowering,
} from './graph-tensors.js';

type Of<K extends string> = GraphNode & { readonly operation: { readonly kind: K } };

/** Values one by one: activation functions, and what is done with constants. */
export function lowerUnary(node: Of<'unary'>, of: Unary, lowering: Lowering): void {
  if (of.kind === 'negative') {
    lowerScale(
      node,
      read(node, 0, lowering),
      () => -1,
      () => 0,
      lowering,
    );
    return;
  }
  const activation = activationOf(of);
  if (activation === null) {
    throw unsupported(
      node,
      `the function ${of.kind} has no exact form in tables`,
      'Replace it by relu, tanh, sigmoid, swish or the like, and train the model again.',
    );
  }
  const { layer, shape } = readAny(node, 0, lowering);
  make(
    node,
    lowering,
    { name: nameFor(node, lowering), input: layer, kind: 'activation', activation },
    shape,
  );
}

function activationOf(of: Unary): Activation | null {
  switch (of.kind) {
    case 'identity':
      return 'linear';
    case 'relu':
    case 'tanh':
    case 'sigmoid':
    case 'swish':
    case 'hardSwish':
    case 'softplus':
    case 'softsign':
      return of.kind;
    case 'leakyRelu':
    case 'elu':
      return of;
    case 'hardSigmoid':
      return of.gain === 0.2 && of.offset === 0.5 ? 'hardSigmoid' : of;
    case 'clip': {
      if (of.least === 0 && of.most === 6) return 'relu6';
      if (of.least === -1 && of.most === 1) return 'hardTanh';
      const within = (value: number): number => Math.min(Math.max(value, -NO_END), NO_END);
      return { kind: 'clip', least: within(of.least), most: within(of.most) };
    }
    case 'abs':
    case 'ceil':
    case 'erf':
    case 'exp':
    case 'floor':
    case 'log':
    case 'negative':
    case 'reciprocal':
    case 'round':
    case 'sign':
    case 'sqrt':
      return null;
  }
}

export function lowerPrelu(node: GraphNode, slopes: Constant, lowering: Lowering): void {
  const input = read(node, 0, lowering);
  const found = perChannel(slopes, input.sizes, input.shape[2]);
  if (found === null)
    throw unsupported(node, 'its slopes differ within a channel', 'Share the slopes over height and width.');
  const activation = { kind: 'prelu', slopes: [...found] } as const;
  make(
    node,
    lowering,
    { name: nameFor(node, lowering), input: input.layer, kind: 'activation', activation },
    input.shape,
  );
}

/** x times or plus a constant, or cut off at one. */
export function lowerWithConstant(
  node: Of<'binary'>,
  constant: Constant,
  isFirst: boolean,
  lowering: Lowering,
): void {
  const input = read(node, isFirst ? 1 : 0, lowering);
  const sizes = lowering.sizes.get(node.output) ?? [];
  const grows =
    sizes.reduce((product, size) => product * size, 1) !== input.shape[0] * input.shape[1] * input.shape[2];
  const values = grows ? null : perChannel(constant, sizes, input.shape[2]);
  const { of } = node.operation;
  if (values === null) {
    throw unsupported(
      node,
      `its constants of ${constant.sizes.join(' x ')} are not one per channel`,
      'Use one constant per channel.',
    );
  }
  const affine = affineOf(of, isFirst);
  if (affine === null) {
    throw unsupported(
      node,
      `${of} ${isFirst ? 'of a constant and a tensor' : 'with a constant'} has no exact form in tables`,
    );
  }
  const at = (c: number): number => values[c] ?? 0;
  lowerScale(
    node,
    input,
    (c) => affine.gamma(at(c)),
    (c) => affine.beta(at(c)),
    lowering,
  );
}

/** What x is multiplied by and what is added, for a constant; null if it is not that. */
function affineOf(
  of: BinaryName,
  isFirst: boolean,
): { readonly gamma: (value: number) => number; readonly beta: (value: number) => number } | null {
  const [none, one] = [() => 0, () => 1];
  const same = (value: number): number => value;
  const negative = (value: number): number => -value;
  switch (of) {
    case 'add':
      return { gamma: one, beta: same };
    case 'subtract':
      return isFirst ? { gamma: () => -1, beta: same } : { gamma: one, beta: negative };
    case 'multiply':
      return { gamma: same, beta: none };
    case 'divide':
      return isFirst ? null : { gamma: (value) => 1 / value, beta: none };
    case 'maximum':
    case 'minimum':
    case 'power':
      return null;
  }
}

/** gamma * x + beta per channel; of the picture, if it is one for all channels, what bytes stand for. */
function lowerScale(
  node: GraphNode,
  input: Lowered,
  gamma: (c: number) => number,
  beta: (c: number) => number,
  lowering: Lowering,
): void {
  const channels = input.shape[2];
  const list = (of: (c: number) => number): Float32Array =>
    Float32Array.from({ length: channels }, (_, c) => of(c));
  const [scale, shift] = [list(gamma), list(beta)];
  const [a = 1, b = 0] = [scale[0], shift[0]];
  const alike = scale.every((value) => value === a) && shift.every((value) => value === b);
  const { input: picture } = lowering;
  if (
    isPicture(input) &&
    alike &&
    a !== 0 &&
    picture.levels === undefined &&
    lowering.readers.get(node.inputs.find((name) => lowering.tensors.has(name)) ?? '') === 1
  ) {
    lowering.input = { ...picture, scale: picture.scale * a, offset: picture.offset * a + b };
    lowering.tensors.set(node.output, { ...input, sizes: lowering.sizes.get(node.output) ?? [] });
    return;
  }
  const layer: BatchNormLayer = {
    name: nameFor(node, lowering),
    input: input.layer,
    kind: 'batchNorm',
    gamma: scale,
    beta: shift,
    mean: new Float32Array(channels),
    variance: new Float32Array(channels).fill(1),
    epsilon: 0,
    fixed: true,
  };
  make(node, lowering, layer, input.shape);
}

/** More levels than these are finer than those of any table: such a rounding is left out. */
const MOST_LEVELS = 256;

export function lowerQuantize(
  node: GraphNode,
  { step, zero, least, most, bipolar, rounding }: QuantizedLevels,
  lowering: Lowering,
): void {
  const input = readAny(node, 0, lowering);
  const count = most - least + 1;
  if (!bipolar && count > MOST_LEVELS) {
    lowering.tensors.set(node.output, { ...input, sizes: lowering.sizes.get(node.output) ?? [] });
    return;
  }
  const [apart, origin] = [step[0], zero[0]];
  if (bipolar || step.length > 1 || zero.length > 1 || apart === undefined || origin === undefined) {
    throw unsupported(
      node,
      bipolar ? 'its levels do not have the value 0 among them' : 'its levels differ from channel to channel',
      'Quantize activations with one step, to levels that have the value 0.',
    );
  }
  if (rounding !== 'even' && rounding !== 'up') {
    throw unsupported(node, `it rounds by ${rounding}`, 'Round to the nearest level.');
  }
  const levels = { count, step: apart, zero: origin - least };
  const fault = givenFault(levels);
  if (fault !== null) throw unsupported(node, fault, 'Quantize activations to levels that have the value 0.');
  make(
    node,
    lowering,
    { name: nameFor(node, lowering), input: input.layer, kind: 'quantize', levels },
    input.shape,
  );
}
