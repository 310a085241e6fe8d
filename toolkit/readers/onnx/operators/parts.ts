import { clamp, elements, type Operation } from '../../../graph/index.js';
import { axisOf, integersOf, numberOf, type Call, type Translations } from '../call.js';
import { TYPE } from '../data-types.js';
import { count, reshape } from '../layout.js';
import { MOST_RUNS, pick, slice } from '../pick.js';
import type { Value } from '../value.js';

/** Operators that take tensors apart, or put something around them. */
export const partOperators: Translations = {
  Slice: (call) => {
    const [starts, ends] = [integersOf(call, 'starts', 1), integersOf(call, 'ends', 2)];
    if (starts === null || ends === null) throw call.fail('where the slice starts and ends is missing');
    const axes = integersOf(call, 'axes', 3) ?? count(0, starts.length);
    const steps = integersOf(call, 'steps', 4) ?? starts.map(() => 1);
    if ([ends, axes, steps].some((list) => list.length !== starts.length))
      throw call.fail('lists of different lengths');
    return starts.reduce<Value>((value, start, k) => {
      const axis = axisOf(call, axes[k] ?? 0, value.sizes.length);
      return sliced(call, value, axis, start, ends[k] ?? 0, steps[k] ?? 1);
    }, call.input(0));
  },
  Split: (call) => {
    const input = call.input(0);
    const axis = axisOf(call, call.integer('axis', 0), input.sizes.length);
    const size = input.sizes[axis] ?? 0;
    const parts = call.outputs.length;
    const even = Math.ceil(size / parts);
    const sizes =
      integersOf(call, 'split', 1) ??
      call.outputs.map((_, k) => Math.min(even, Math.max(size - k * even, 0)));
    if (sizes.length !== parts || sizes.some((part) => part < 0))
      throw call.fail('the parts do not fit the outputs');
    if (sizes.reduce((sum, part) => sum + part, 0) !== size)
      throw call.fail('the parts do not add up to the axis');
    let begin = 0;
    return sizes.map((part) => {
      begin += part;
      return slice(call, input, axis, begin - part, begin);
    });
  },
  Gather: (call) => {
    const [input, indices] = [call.input(0), call.known(1, 'the indices')];
    const axis = axisOf(call, call.integer('axis', 0), input.sizes.length);
    const places = [...indices.values].map((index) => axisOf(call, index, input.sizes[axis] ?? 0));
    const picked = pick(call, input, axis, places);
    const sizes = [...input.sizes.slice(0, axis), ...indices.sizes, ...input.sizes.slice(axis + 1)];
    return indices.sizes.length === 1 ? picked : reshape(picked, sizes, call.apply);
  },
  Pad: (call) => {
    const input = call.input(0);
    const pads = integersOf(call, 'pads', 1);
    if (pads === null) throw call.fail('how much is padded is missing');
    const rank = input.sizes.length;
    const axes = integersOf(call, 'axes', 3)?.map((axis) => axisOf(call, axis, rank)) ?? count(0, rank);
    if (pads.length !== 2 * axes.length) throw call.fail('a padding before and after each axis is needed');
    const side = (offset: number): readonly number[] =>
      count(0, rank).map((axis) => (axes.includes(axis) ? (pads[offset + axes.indexOf(axis)] ?? 0) : 0));
    return padded(call, input, side(0), side(axes.length));
  },
  /** At work it drops nothing; its mask says so. */
  Dropout: (call) => {
    const input = call.input(0);
    const flag = (index: number, what: string): number =>
      call.optional(index) === null ? 0 : numberOf(call, call.known(index, what));
    if (flag(2, 'training_mode') !== 0 && (call.optional(1) === null || flag(1, 'ratio') !== 0)) {
      throw call.fail('dropout in training mode', 'Export the model for inference (model.eval()).');
    }
    if ((call.outputs[1] ?? '') === '') return input;
    call.spend(elements(input.sizes));
    return [input, call.make(input.sizes, new Int32Array(elements(input.sizes)).fill(1), TYPE.bool)];
  },
};

type PadMode = Extract<Operation, { kind: 'pad' }>['mode'];

const PAD_MODES: ReadonlyMap<string, PadMode> = new Map([
  ['constant', 'constant'],
  ['edge', 'edge'],
  ['reflect', 'reflect'],
]);

/** A padding below 0 cuts off. */
function padded(call: Call, input: Value, before: readonly number[], after: readonly number[]): Value {
  const mode = PAD_MODES.get(call.text('mode', 'constant'));
  if (mode === undefined) throw call.fail('an unknown way of padding', 'Use constant, edge or reflect.');
  const value =
    call.optional(2) === null ? call.float('value', 0) : numberOf(call, call.known(2, 'the value around'));
  const cut = input.sizes.reduce<Value>((tensor, size, axis) => {
    const begin = Math.max(-(before[axis] ?? 0), 0);
    const end = size - Math.max(-(after[axis] ?? 0), 0);
    return slice(call, tensor, axis, begin, end);
  }, input);
  const positive = (counts: readonly number[]): readonly number[] =>
    counts.map((amount) => Math.max(amount, 0));
  return call.apply({ kind: 'pad', before: positive(before), after: positive(after), mode, value }, [cut]);
}

/** As NumPy slices: ends beyond the tensor are cut off, and a step below 0 goes backwards. */
function sliced(call: Call, value: Value, axis: number, start: number, end: number, step: number): Value {
  const size = value.sizes[axis] ?? 0;
  const fromFront = (at: number): number => (at < 0 ? at + size : at);
  if (step === 0) throw call.fail('a step of 0');
  if (step > 0) {
    const begin = clamp(fromFront(start), 0, size);
    return slice(call, value, axis, begin, Math.max(clamp(fromFront(end), 0, size), begin), step);
  }
  const [first, last] = [clamp(fromFront(start), -1, size - 1), clamp(fromFront(end), -1, size - 1)];
  const places = Math.max(Math.ceil((last - first) / step), 0);
  if (places > MOST_RUNS) throw call.fail(`${places} values backwards; ${MOST_RUNS} are supported`);
  return pick(
    call,
    value,
    axis,
    count(0, places).map((i) => first + i * step),
  );
}
