import type { Operation } from '../../graph/index.js';
import { axisOf, planStridedSlice, resolveSizes } from '../axes.js';
import { scalars } from './flat-table.js';
import { reshaped } from './layers.js';
import {
  activated,
  add,
  failure,
  input,
  inputs,
  integers,
  option,
  sizesOf,
  type Step,
  type Translate,
} from './step.js';

/** Operators that only move values. */

/** The sizes are a second input or a setting. */
export const reshape: Translate = (step) => {
  const listed =
    step.optional(1) === null
      ? step.options === null
        ? []
        : scalars(step.options, 0, 'int32', 8)
      : integers(step, 1);
  const from = sizesOf(step, 0);
  const sizes = resolveSizes(
    listed,
    from.reduce((product, size) => product * size, 1),
  );
  if (sizes === null) throw failure(step, `${from.join(' x ')} cannot become ${listed.join(' x ')}`);
  return reshaped(step, input(step, 0), sizes);
};

export const squeeze: Translate = (step) => {
  const from = sizesOf(step, 0);
  const listed = step.options === null ? [] : scalars(step.options, 0, 'int32', 8);
  const axes = listed.map((axis) => checkedAxis(step, axis, from.length));
  if (axes.some((axis) => from[axis] !== 1))
    throw failure(step, 'an axis that it takes out is not of size 1');
  const goes = (axis: number): boolean => (axes.length === 0 ? from[axis] === 1 : axes.includes(axis));
  return reshaped(
    step,
    input(step, 0),
    from.filter((_, axis) => !goes(axis)),
  );
};

export const expandDims: Translate = (step) => {
  const from = sizesOf(step, 0);
  const axis = checkedAxis(step, integers(step, 1)[0] ?? 0, from.length + 1);
  return reshaped(step, input(step, 0), from.toSpliced(axis, 0, 1));
};

export const transpose: Translate = (step) => {
  const rank = sizesOf(step, 0).length;
  const order = integers(step, 1).map((axis) => checkedAxis(step, axis, rank));
  return add(step, { kind: 'transpose', order }, [input(step, 0)]);
};

/** The sizes of a tensor, known already. */
export const shape: Translate = (step) => {
  const sizes = sizesOf(step, 0);
  return step.draft.addConstant(step.title, { sizes: [sizes.length], values: Int32Array.from(sizes) });
};

/** Its second input is [rank, 2]: what comes before and after; version 2 has the value as a third. */
export const pad: Translate = (step) => {
  const place = step.optional(2);
  const constant = place === null ? null : step.draft.constant(place);
  if (place !== null && constant?.values.length !== 1) {
    throw failure(step, 'the value that it pads with is not in the file');
  }
  return padded(step, 'constant', constant?.values[0] ?? 0);
};

export const mirrorPad: Translate = (step) => {
  if (option(step, 0, 'int8') !== 0)
    throw failure(step, 'mirrored padding that repeats the border is not supported');
  return padded(step, 'reflect', 0);
};

function padded(step: Step, mode: 'constant' | 'reflect', value: number): string {
  const pairs = integers(step, 1);
  const before = pairs.filter((_, i) => i % 2 === 0);
  const after = pairs.filter((_, i) => i % 2 === 1);
  return add(step, { kind: 'pad', before, after, mode, value }, [input(step, 0)]);
}

export const slice: Translate = (step) => {
  const from = sizesOf(step, 0);
  const begin = integers(step, 1);
  const counts = integers(step, 2);
  const end = begin.map((first, axis) =>
    counts[axis] === -1 ? (from[axis] ?? 0) : first + (counts[axis] ?? NaN),
  );
  return add(step, { kind: 'slice', begin, end, step: from.map(() => 1) }, [input(step, 0)]);
};

export const stridedSlice: Translate = (step) => {
  if (option(step, 5, 'bool') !== 0)
    throw failure(step, 'its ends are counted from its begins, which is not supported');
  const [begin, end, strides] = [integers(step, 1), integers(step, 2), integers(step, 3)];
  const [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] = [0, 1, 2, 3, 4].map((field) =>
    option(step, field, 'int32'),
  ) as [number, number, number, number, number];
  const masks = { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask };
  const plan = planStridedSlice({ begin, end, strides, ...masks }, sizesOf(step, 0));
  if (typeof plan === 'string') throw failure(step, plan);
  return reshaped(step, part(step, input(step, 0), plan), plan.sizes);
};

/** Into equal parts: the axis comes before the tensor. */
export const split: Translate = (step) => {
  const from = sizesOf(step, 1);
  const axis = checkedAxis(step, integers(step, 0)[0] ?? 0, from.length);
  const size = (from[axis] ?? 0) / step.outputCount;
  if (!Number.isInteger(size))
    throw failure(step, `${from[axis] ?? 0} cannot be parted into ${step.outputCount}`);
  return parts(
    step,
    input(step, 1),
    axis,
    Array.from({ length: step.outputCount }, () => size),
  );
};

/** Into parts of these sizes, one of which may be -1. */
export const splitV: Translate = (step) => {
  const from = sizesOf(step, 0);
  const axis = checkedAxis(step, integers(step, 2)[0] ?? 0, from.length);
  const sizes = integers(step, 1);
  const known = sizes.filter((size) => size !== -1).reduce((sum, size) => sum + size, 0);
  const resolved = sizes.map((size) => (size === -1 ? (from[axis] ?? 0) - known : size));
  if (resolved.length !== step.outputCount)
    throw failure(step, `${step.outputCount} outputs, ${sizes.length} sizes`);
  return parts(step, input(step, 0), axis, resolved);
};

/** Slices of size 1 without their axis. */
export const unpack: Translate = (step) => {
  const from = sizesOf(step, 0);
  const axis = checkedAxis(step, option(step, 1, 'int32'), from.length);
  if (from[axis] !== step.outputCount)
    throw failure(step, `${step.outputCount} outputs of ${from[axis] ?? 0}`);
  const ones = Array.from({ length: step.outputCount }, () => 1);
  return parts(step, input(step, 0), axis, ones).map((name) => reshaped(step, name, from.toSpliced(axis, 1)));
};

/** Joins tensors along a new axis. */
export const pack: Translate = (step) => {
  const from = sizesOf(step, 0);
  const axis = checkedAxis(step, option(step, 1, 'int32'), from.length + 1);
  const expanded = inputs(step).map((name) =>
    reshaped(step, name, step.draft.sizes(name).toSpliced(axis, 0, 1)),
  );
  return add(step, { kind: 'concat', axis }, expanded);
};

export const concatenation: Translate = (step) => {
  const axis = checkedAxis(step, option(step, 0, 'int32'), sizesOf(step, 0).length);
  return activated(step, add(step, { kind: 'concat', axis }, inputs(step)), 1);
};

function parts(step: Step, name: string, axis: number, sizes: readonly number[]): readonly string[] {
  const from = step.draft.sizes(name);
  let at = 0;
  return sizes.map((size) => {
    const begin = from.map((_, k) => (k === axis ? at : 0));
    at += size;
    const end = from.map((whole, k) => (k === axis ? at : whole));
    return part(step, name, { begin, end, step: from.map(() => 1) });
  });
}

function part(step: Step, name: string, ranges: Omit<Extract<Operation, { kind: 'slice' }>, 'kind'>): string {
  const { begin, end, step: strides } = ranges;
  return add(step, { kind: 'slice', begin, end, step: strides }, [name]);
}

export function checkedAxis(step: Step, axis: number, rank: number): number {
  const found = axisOf(axis, rank);
  if (found === null) throw failure(step, `there is no axis ${axis} among ${rank}`);
  return found;
}
