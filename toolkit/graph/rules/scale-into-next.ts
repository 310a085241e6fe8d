import { broadcast } from '../broadcast.js';
import type { Constant } from '../graph.js';
import { elements } from '../tensor.js';
import { again, sameSizes, withConstant, type Rule, type View } from './rule.js';

/**
 * A product with constants, or constants added, before a product of matrices or a convolution is in their weights and in what
 * is added after them. Where values are padded with zeros, constants added are not; and what follows a convolution or
 * a product of matrices stays with it.
 */
export const scaleIntoNext: Rule = (node, view) => {
  const { operation } = node;
  if (operation.kind !== 'conv2d' && operation.kind !== 'matmul') return null;
  const [input = '', weights = ''] = node.inputs;
  const reshape = view.maker(input);
  const flat = operation.kind === 'matmul' && reshape?.operation.kind === 'reshape';
  const before = flat ? (reshape.inputs[0] ?? '') : input;
  const affine = affineOf(before, view);
  const kernel = view.constant(weights);
  if (affine === null || kernel === undefined || endsWeights(affine.input, view)) return null;
  if (
    operation.kind === 'conv2d' &&
    affine.adds &&
    Object.values(operation.padding).some((zeros) => zeros > 0)
  )
    return null;

  const constant = rowConstants(
    affine.constant,
    view.sizes(before),
    operation.kind === 'conv2d' ? null : (view.sizes(input).at(-1) ?? 1),
  );
  if (constant === null) return null;
  const next =
    operation.kind === 'conv2d'
      ? convolution(kernel, constant, affine.adds, operation.groups)
      : product(kernel, constant, affine.adds);
  if (next === null) return null;
  const [name, added, straight] = [view.fresh(), view.fresh(), view.fresh()];
  const from = flat ? straight : affine.input;
  const reshaped = flat ? [again(reshape, { inputs: [affine.input], output: straight })] : [];
  if (!affine.adds) {
    const constants = new Map([[name, next]]);
    return {
      nodes: [...reshaped, again(node, { inputs: [from, name, ...node.inputs.slice(2)] })],
      constants,
    };
  }
  const sums = view.fresh();
  return {
    nodes: [
      ...reshaped,
      again(node, { inputs: [from, ...node.inputs.slice(1)], output: sums }),
      again(node, { operation: { kind: 'binary', of: 'add' }, inputs: [sums, added] }),
    ],
    constants: new Map([[added, next]]),
  };
};

interface Affine {
  readonly input: string;
  readonly adds: boolean;
  readonly constant: Constant;
}

/** A tensor that is another one times or plus constants. */
function affineOf(tensor: string, view: View): Affine | null {
  const node = view.maker(tensor);
  const found = withConstant(node, view);
  const constant = found === null ? undefined : view.constant(found.constant);
  if (node?.operation.kind !== 'binary' || found === null || constant === undefined) return null;
  if (!sameSizes(view.sizes(found.input), view.sizes(tensor))) return null;
  const { input, isFirst } = found;
  switch (node.operation.of) {
    case 'multiply':
      return { input, adds: false, constant };
    case 'add':
      return { input, adds: true, constant };
    case 'divide':
      return isFirst ? null : { input, adds: false, constant: mapped(constant, (value) => 1 / value) };
    case 'subtract':
      return isFirst ? null : { input, adds: true, constant: mapped(constant, (value) => -value) };
    case 'maximum':
    case 'minimum':
    case 'power':
      return null;
  }
}

const mapped = ({ sizes, values }: Constant, of: (value: number) => number): Constant => ({
  sizes,
  values: Float32Array.from(values, of),
});

/** Whether a tensor is that of weights, perhaps with constants joined to it already. */
function endsWeights(tensor: string, view: View): boolean {
  const node = view.maker(tensor);
  if (node === undefined) return false;
  if (node.operation.kind === 'conv2d' || node.operation.kind === 'matmul') return true;
  const found = withConstant(node, view);
  return found !== null && endsWeights(found.input, view);
}

/** One constant per row of the weights: per channel, or per value of what is flattened; null if there are others. */
function rowConstants(
  constant: Constant,
  sizes: readonly number[],
  rows: number | null,
): Float32Array | null {
  const whole = Float32Array.from(broadcast(constant, sizes));
  const channels = sizes.at(-1) ?? 1;
  if (rows !== null && rows === elements(sizes)) return whole;
  if (rows !== null && rows !== channels) {
    return whole.every((value) => value === whole[0]) ? new Float32Array(rows).fill(whole[0] ?? 0) : null;
  }
  const first = whole.subarray(0, channels);
  return whole.every((value, i) => value === first[i % channels]) ? first : null;
}

/** Weights times constants, or what the constants make of them. */
function product(kernel: Constant, constants: Float32Array, adds: boolean): Constant | null {
  if (kernel.sizes.length !== 2) return null;
  const columns = kernel.sizes[1] ?? 1;
  if (!adds) {
    const values = Float32Array.from(
      kernel.values,
      (weight, i) => weight * (constants[Math.floor(i / columns)] ?? 1),
    );
    return { sizes: kernel.sizes, values };
  }
  const sums = new Float64Array(columns);
  kernel.values.forEach((weight, i) => {
    sums[i % columns] = (sums[i % columns] ?? 0) + weight * (constants[Math.floor(i / columns)] ?? 0);
  });
  return { sizes: [columns], values: Float32Array.from(sums) };
}

function convolution(kernel: Constant, constants: Float32Array, adds: boolean, groups: number): Constant {
  const [, , inputs = 1, outputs = 1] = kernel.sizes;
  /** The channel that a weight reads. */
  const channel = (i: number): number => {
    const group = Math.floor((i % outputs) / (outputs / groups));
    return group * inputs + (Math.floor(i / outputs) % inputs);
  };
  if (!adds) {
    return {
      sizes: kernel.sizes,
      values: Float32Array.from(kernel.values, (weight, i) => weight * (constants[channel(i)] ?? 1)),
    };
  }
  const sums = new Float64Array(outputs);
  kernel.values.forEach((weight, i) => {
    sums[i % outputs] = (sums[i % outputs] ?? 0) + weight * (constants[channel(i)] ?? 0);
  });
  return { sizes: [outputs], values: Float32Array.from(sums) };
}
