import type { GraphNode, Unary } from '../graph.js';
import { again, sameSizes, scalar, withConstant, type Rule, type View } from './rule.js';

/** What is left of a sixth in 32-bit numbers. */
const EQUAL = 1e-6;
const isAbout = (value: number, wanted: number): boolean =>
  Math.abs(value - wanted) <= EQUAL * Math.abs(wanted);

const asUnary = (node: GraphNode, of: Unary, input: string) => ({
  nodes: [again(node, { operation: { kind: 'unary', of } as const, inputs: [input] })],
});

/** x * factor, however it is written. */
function scaled(tensor: string, view: View): { readonly input: string; readonly factor: number } | null {
  const node = view.maker(tensor);
  const found = withConstant(node, view);
  if (node?.operation.kind !== 'binary' || found === null) {
    return node?.operation.kind === 'unary' && node.operation.of.kind === 'negative'
      ? { input: node.inputs[0] ?? '', factor: -1 }
      : null;
  }
  const value = scalar(found.constant, view);
  if (value === null || !sameSizes(view.sizes(found.input), view.sizes(tensor))) return null;
  if (node.operation.of === 'multiply') return { input: found.input, factor: value };
  return node.operation.of === 'divide' && !found.isFirst ? { input: found.input, factor: 1 / value } : null;
}

const unaryOf = (tensor: string, view: View): { readonly of: Unary; readonly input: string } | null => {
  const node = view.maker(tensor);
  return node?.operation.kind === 'unary' ? { of: node.operation.of, input: node.inputs[0] ?? '' } : null;
};

/** clip(x + 3, 0, 6): the tensor x. */
function bent(tensor: string, view: View): string | null {
  const clip = unaryOf(tensor, view);
  if (clip?.of.kind !== 'clip' || clip.of.least !== 0 || clip.of.most !== 6) return null;
  const sum = view.maker(clip.input);
  const found = withConstant(sum, view);
  if (sum?.operation.kind !== 'binary' || sum.operation.of !== 'add' || found === null) return null;
  return scalar(found.constant, view) === 3 ? found.input : null;
}

/** relu6(x + 3) / 6 is a hard sigmoid, and so is a cut of x * gain + offset at 0 and 1. */
export const findHardSigmoid: Rule = (node, view) => {
  const sixth = node.operation.kind === 'binary' ? scaled(node.output, view) : null;
  if (sixth !== null && isAbout(sixth.factor, 1 / 6)) {
    const input = bent(sixth.input, view);
    return input === null ? null : asUnary(node, { kind: 'hardSigmoid', gain: 1 / 6, offset: 0.5 }, input);
  }
  const { operation } = node;
  if (operation.kind !== 'unary' || operation.of.kind !== 'clip') return null;
  if (operation.of.least !== 0 || operation.of.most !== 1) return null;
  const sum = view.maker(node.inputs[0] ?? '');
  const found = withConstant(sum, view);
  const offset = found === null ? null : scalar(found.constant, view);
  if (sum?.operation.kind !== 'binary' || sum.operation.of !== 'add' || found === null || offset === null)
    return null;
  const before = scaled(found.input, view);
  if (before === null || before.factor <= 0) return null;
  return asUnary(node, { kind: 'hardSigmoid', gain: before.factor, offset }, before.input);
};

/** x * sigmoid(x) is a swish, x times its hard sigmoid a hard swish; so is x * relu6(x + 3) / 6 in any order. */
export const findSwish: Rule = (node, view) => {
  if (node.operation.kind !== 'binary') return null;
  if (node.operation.of === 'multiply') {
    for (const [x = '', gate = ''] of [node.inputs, [...node.inputs].reverse()]) {
      const found = unaryOf(gate, view);
      if (found?.input !== x) {
        // (x / 6) * relu6(x + 3)
        const part = scaled(x, view);
        if (part !== null && isAbout(part.factor, 1 / 6) && bent(gate, view) === part.input)
          return asUnary(node, { kind: 'hardSwish' }, part.input);
        continue;
      }
      if (found.of.kind === 'sigmoid') return asUnary(node, { kind: 'swish' }, x);
      if (found.of.kind !== 'hardSigmoid') continue;
      if (isAbout(found.of.gain, 1 / 6) && isAbout(found.of.offset, 0.5))
        return asUnary(node, { kind: 'hardSwish' }, x);
    }
  }
  const sixth = scaled(node.output, view);
  const inner = sixth !== null && isAbout(sixth.factor, 1 / 6) ? view.maker(sixth.input) : undefined;
  if (inner?.operation.kind !== 'binary' || inner.operation.of !== 'multiply') return null;
  const [a = '', b = ''] = inner.inputs;
  if (bent(b, view) === a) return asUnary(node, { kind: 'hardSwish' }, a);
  return bent(a, view) === b ? asUnary(node, { kind: 'hardSwish' }, b) : null;
};

/** maximum(x, slope * x) with a slope of 0 to 1 is a leaky rectifier. */
export const findLeakyRelu: Rule = (node, view) => {
  if (node.operation.kind !== 'binary' || node.operation.of !== 'maximum') return null;
  for (const [x = '', other = ''] of [node.inputs, [...node.inputs].reverse()]) {
    const part = scaled(other, view);
    if (part?.input === x && part.factor >= 0 && part.factor < 1)
      return asUnary(node, { kind: 'leakyRelu', slope: part.factor }, x);
  }
  return null;
};

/** relu(x) - slopes * relu(-x) is a rectifier with slopes, as Keras has it. */
export const findPrelu: Rule = (node, view) => {
  const { operation } = node;
  if (operation.kind !== 'binary' || (operation.of !== 'add' && operation.of !== 'subtract')) return null;
  const pairs = operation.of === 'add' ? [node.inputs, [...node.inputs].reverse()] : [node.inputs];
  for (const [positive = '', negative = ''] of pairs) {
    const above = unaryOf(positive, view);
    const product = view.maker(negative);
    const found = withConstant(product, view);
    const below = found === null ? null : unaryOf(found.input, view);
    const turned = below === null ? null : scaled(below.input, view);
    if (above?.of.kind !== 'relu' || below?.of.kind !== 'relu' || found === null) continue;
    if (product?.operation.kind !== 'binary' || product.operation.of !== 'multiply') continue;
    const slopes = view.constant(found.constant);
    if (turned?.input !== above.input || turned.factor !== -1 || slopes === undefined) continue;
    const sign = operation.of === 'add' ? -1 : 1;
    const name = view.fresh();
    const constant = {
      sizes: slopes.sizes,
      values: Float32Array.from(slopes.values, (slope) => sign * slope + 0),
    };
    return {
      nodes: [again(node, { operation: { kind: 'prelu' }, inputs: [above.input, name] })],
      constants: new Map([[name, constant]]),
    };
  }
  return null;
};
