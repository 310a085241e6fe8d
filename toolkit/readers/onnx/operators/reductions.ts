import type { Operation } from '../../../graph/index.js';
import { axisOf, integersOf, type Call, type Translation, type Translations } from '../call.js';
import { TYPE } from '../data-types.js';
import { channelsFirst, channelsLast, count } from '../layout.js';
import type { Value } from '../value.js';

type Reduction = Extract<Operation, { kind: 'reduce' }>['of'];

export const reductionOperators: Translations = {
  ReduceMean: reduce('mean', 18),
  ReduceMax: reduce('max', 18),
  ReduceMin: reduce('min', 18),
  ReduceSum: reduce('sum', 13),
  ArgMax: (call) => {
    const input = call.input(0);
    if (call.integer('select_last_index', 0) !== 0)
      throw call.fail('the last of equal values is not supported');
    const axis = axisOf(call, call.integer('axis', 0), input.sizes.length);
    return call.apply({ kind: 'argMax', axis, keep: call.integer('keepdims', 1) !== 0 }, [input], TYPE.int64);
  },
};

/** @param since - the version from which the axes are an input. */
function reduce(of: Reduction, since: number): Translation {
  return (call) => {
    const input = call.input(0);
    const rank = input.sizes.length;
    const given = (call.version >= since ? integersOf(call, 'axes', 1) : call.integers('axes')) ?? [];
    if (given.length === 0 && call.integer('noop_with_empty_axes', 0) !== 0) return input;
    const axes = given.length === 0 ? count(0, rank) : given.map((axis) => axisOf(call, axis, rank));
    return reduced(call, input, of, axes, call.integer('keepdims', 1) !== 0);
  };
}

/** Over the whole picture, channels go last, as around other poolings. */
function reduced(call: Call, input: Value, of: Reduction, axes: readonly number[], keep: boolean): Value {
  const isPooling = input.sizes.length === 4 && axes.length === 2 && axes.includes(2) && axes.includes(3);
  if (!isPooling) return call.apply({ kind: 'reduce', of, axes, keep }, [input]);
  const last = channelsLast(input, call.apply);
  const output = call.apply({ kind: 'reduce', of, axes: [1, 2], keep }, [last]);
  return keep ? channelsFirst(output, call.apply) : output;
}
