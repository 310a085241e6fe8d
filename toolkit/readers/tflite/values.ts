import type { BinaryName, Operation, Unary } from '../../graph/index.js';
import { isFloatType } from './element-types.js';
import { checkedAxis } from './shapes.js';
import {
  activated,
  add,
  failure,
  input,
  inputs,
  integers,
  option,
  single,
  sizesOf,
  type Step,
  type Translate,
} from './step.js';

/** Operators that compute value by value, or along axes. */

export const same: Translate = (step) => input(step, 0);

export const unary =
  (of: Unary): Translate =>
  (step) =>
    add(step, { kind: 'unary', of }, [input(step, 0)]);

/** @param fused - the field of the fused activation, where the operator has one. */
export const binary =
  (of: BinaryName, fused: number | null = null): Translate =>
  (step) => {
    const result = compute(step, of, input(step, 0), input(step, 1));
    return fused === null ? result : activated(step, result, fused);
  };

export const leakyRelu: Translate = (step) =>
  unary({ kind: 'leakyRelu', slope: option(step, 0, 'float32') })(step);

export const prelu: Translate = (step) => add(step, { kind: 'prelu' }, [input(step, 0), input(step, 1)]);

export const square: Translate = (step) => compute(step, 'multiply', input(step, 0), input(step, 0));

export const squaredDifference: Translate = (step) => {
  const difference = compute(step, 'subtract', input(step, 0), input(step, 1));
  return compute(step, 'multiply', difference, difference);
};

/** 1 / sqrt(x). */
export const reciprocalRoot: Translate = (step) => {
  const root = unary({ kind: 'sqrt' })(step) as string;
  return add(step, { kind: 'unary', of: { kind: 'reciprocal' } }, [root]);
};

export const sumOfAll: Translate = (step) =>
  inputs(step).reduce((sum, name) => compute(step, 'add', sum, name));

/** Its first setting sharpens it. */
export const softmax: Translate = (step) => {
  const beta = option(step, 0, 'float32');
  if (!Number.isFinite(beta) || beta <= 0) throw failure(step, `its beta is ${beta}`);
  const name = input(step, 0);
  const scaled = beta === 1 ? name : compute(step, 'multiply', name, single(step, beta));
  return add(step, { kind: 'softmax', axis: lastAxis(step), log: false }, [scaled]);
};

export const logSoftmax: Translate = (step) =>
  add(step, { kind: 'softmax', axis: lastAxis(step), log: true }, [input(step, 0)]);

export const reduce =
  (of: Extract<Operation, { kind: 'reduce' }>['of']): Translate =>
  (step) => {
    const rank = sizesOf(step, 0).length;
    const axes = [...new Set(integers(step, 1).map((axis) => checkedAxis(step, axis, rank)))];
    return add(step, { kind: 'reduce', of, axes, keep: option(step, 0, 'bool') !== 0 }, [input(step, 0)]);
  };

export const argMax: Translate = (step) => {
  const axis = checkedAxis(step, integers(step, 1)[0] ?? 0, sizesOf(step, 0).length);
  return add(step, { kind: 'argMax', axis, keep: false }, [input(step, 0)]);
};

/** Between types that hold the same values. */
export const cast: Translate = (step) => {
  const [from, to] = [option(step, 0, 'int8'), option(step, 1, 'int8')];
  const name = input(step, 0);
  const constant = step.draft.constant(name);
  if (constant !== null && isFloatType(to) && constant.values instanceof Int32Array) {
    const values = Float32Array.from(constant.values);
    return step.draft.addConstant(step.title, { sizes: constant.sizes, values });
  }
  if (isFloatType(from) && !isFloatType(to))
    throw failure(step, 'it cuts off fractions, which is not supported');
  return name;
};

function compute(step: Step, of: BinaryName, a: string, b: string): string {
  return add(step, { kind: 'binary', of }, [a, b]);
}

function lastAxis(step: Step): number {
  return sizesOf(step, 0).length - 1;
}
