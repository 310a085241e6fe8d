import type { Operation } from '../../../graph/index.js';
import { axisOf, integersOf, type Call, type Translation, type Translations } from '../call.js';
import { TYPE } from '../data-types.js';
import { channelsFirst, channelsLast, count } from '../layout.js';
import { MOST_RUNS, pick } from '../pick.js';
import type { Value } from '../value.js';

type Reduction = Extract<Operation, { kind: 'reduce' }>['of'];

export const reductionOperators: Translations = {
  ReduceMean: reduce('mean', 18),
  ReduceMax: reduce('max', 18),
  ReduceMin: reduce('min', 18),
  ReduceSum: reduce('sum', 13),
  ArgMax: (call) => argMax(call, call.input(0)),
  ArgMin: (call) => argMax(call, call.apply({ kind: 'unary', of: { kind: 'negative' } }, [call.input(0)])),
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

/** The last of equal values is the first one from the other end. */
function argMax(call: Call, input: Value): Value {
  const axis = axisOf(call, call.integer('axis', 0), input.sizes.length);
  const keep = call.integer('keepdims', 1) !== 0;
  if (call.integer('select_last_index', 0) === 0) {
    return call.apply({ kind: 'argMax', axis, keep }, [input], TYPE.int64);
  }
  const last = (input.sizes[axis] ?? 0) - 1;
  const places = call.make([], [last], TYPE.int64);
  const index = call.apply({ kind: 'argMax', axis, keep }, [backwards(call, input, axis)], TYPE.int64);
  return call.apply({ kind: 'binary', of: 'subtract' }, [places, index]);
}

function backwards(call: Call, input: Value, axis: number): Value {
  const size = input.sizes[axis] ?? 0;
  if (size > MOST_RUNS)
    throw call.fail(`the last of equal values among more than ${MOST_RUNS} is not supported`);
  return pick(call, input, axis, count(0, size).toReversed());
}
