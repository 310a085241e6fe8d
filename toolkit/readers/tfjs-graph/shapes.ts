import { planStridedSlice, resolveSizes } from '../axes.js';
import {
  add,
  checkedAxis,
  failure,
  input,
  integers,
  reshaped,
  sizesOf,
  type Call,
  type Translate,
} from './call.js';
import { integerOf, integersOf, textOf } from './node-def.js';

/** Nodes that only move values. */

export const reshape: Translate = (call) => {
  const from = sizesOf(call, 0);
  const listed = integers(call, 1);
  const sizes = resolveSizes(
    listed,
    from.reduce((product, size) => product * size, 1),
  );
  if (sizes === null) throw failure(call, `${from.join(' x ')} cannot become ${listed.join(' x ')}`);
  return reshaped(call, input(call, 0), sizes);
};

export const squeeze: Translate = (call) => {
  const from = sizesOf(call, 0);
  const axes = integersOf(call.node, 'squeeze_dims').map((axis) => checkedAxis(call, axis, from.length));
  if (axes.some((axis) => from[axis] !== 1))
    throw failure(call, 'an axis that it takes out is not of size 1');
  const goes = (axis: number): boolean => (axes.length === 0 ? from[axis] === 1 : axes.includes(axis));
  return reshaped(
    call,
    input(call, 0),
    from.filter((_, axis) => !goes(axis)),
  );
};

export const expandDims: Translate = (call) => {
  const from = sizesOf(call, 0);
  const axis = checkedAxis(call, integers(call, 1)[0] ?? 0, from.length + 1);
  return reshaped(call, input(call, 0), from.toSpliced(axis, 0, 1));
};

export const transpose: Translate = (call) => {
  const rank = sizesOf(call, 0).length;
  const order = integers(call, 1).map((axis) => checkedAxis(call, axis, rank));
  return add(call, { kind: 'transpose', order }, [input(call, 0)]);
};

/** The sizes of a tensor, known already. */
export const shape: Translate = (call) => {
  const sizes = sizesOf(call, 0);
  return call.draft.addConstant(call.node.name, { sizes: [sizes.length], values: Int32Array.from(sizes) });
};

/** Its second input is [rank, 2]: what comes before and after; PadV2 has the value as a third. */
export const pad: Translate = (call) => {
  const value = call.inputs.length > 2 ? call.draft.constant(input(call, 2)) : null;
  if (call.inputs.length > 2 && value?.values.length !== 1) {
    throw failure(call, 'the value that it pads with is not in the file');
  }
  return padded(call, 'constant', value?.values[0] ?? 0);
};

export const mirrorPad: Translate = (call) => {
  if (textOf(call.node, 'mode', '') !== 'REFLECT') {
    throw failure(call, 'mirrored padding that repeats the border is not supported');
  }
  return padded(call, 'reflect', 0);
};

function padded(call: Call, mode: 'constant' | 'reflect', value: number): string {
  const pairs = integers(call, 1);
  const before = pairs.filter((_, i) => i % 2 === 0);
  const after = pairs.filter((_, i) => i % 2 === 1);
  return add(call, { kind: 'pad', before, after, mode, value }, [input(call, 0)]);
}

export const slice: Translate = (call) => {
  const from = sizesOf(call, 0);
  const [begin, counts] = [integers(call, 1), integers(call, 2)];
  const end = begin.map((first, axis) =>
    counts[axis] === -1 ? (from[axis] ?? 0) : first + (counts[axis] ?? NaN),
  );
  return add(call, { kind: 'slice', begin, end, step: from.map(() => 1) }, [input(call, 0)]);
};

export const stridedSlice: Translate = (call) => {
  const mask = (name: string): number => integerOf(call.node, `${name}_mask`, 0);
  const plan = planStridedSlice(
    {
      begin: integers(call, 1),
      end: integers(call, 2),
      strides: integers(call, 3),
      beginMask: mask('begin'),
      endMask: mask('end'),
      ellipsisMask: mask('ellipsis'),
      newAxisMask: mask('new_axis'),
      shrinkAxisMask: mask('shrink_axis'),
    },
    sizesOf(call, 0),
  );
  if (typeof plan === 'string') throw failure(call, plan);
  const { begin, end, step, sizes } = plan;
  return reshaped(call, add(call, { kind: 'slice', begin, end, step }, [input(call, 0)]), sizes);
};

/** Joins its inputs but for the last, which is the axis. */
export const concat: Translate = (call) => {
  const axis = checkedAxis(call, integers(call, -1)[0] ?? 0, sizesOf(call, 0).length);
  return add(call, { kind: 'concat', axis }, call.inputs.slice(0, -1));
};

/** Joins tensors along a new axis. */
export const pack: Translate = (call) => {
  const axis = checkedAxis(call, integerOf(call.node, 'axis', 0), sizesOf(call, 0).length + 1);
  const expanded = call.inputs.map((name) =>
    reshaped(call, name, call.draft.sizes(name).toSpliced(axis, 0, 1)),
  );
  return add(call, { kind: 'concat', axis }, expanded);
};

/** Into equal parts: the axis comes before the tensor. */
export const split: Translate = (call) => {
  const from = sizesOf(call, 1);
  const axis = checkedAxis(call, integers(call, 0)[0] ?? 0, from.length);
  const count = integerOf(call.node, 'num_split', 1);
  const size = (from[axis] ?? 0) / count;
  if (!Number.isInteger(size) || count < 1 || count > MOST_PARTS)
    throw failure(call, `${from[axis] ?? 0} cannot be parted into ${count}`);
  return Array.from({ length: count }, (_, part) => {
    const begin = from.map((_, k) => (k === axis ? part * size : 0));
    const end = from.map((whole, k) => (k === axis ? (part + 1) * size : whole));
    return add(call, { kind: 'slice', begin, end, step: from.map(() => 1) }, [input(call, 1)]);
  });
};

const MOST_PARTS = 256;
