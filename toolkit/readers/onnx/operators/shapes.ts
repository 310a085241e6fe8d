import { elements } from '../../../graph/index.js';
import { axisOf, integersOf, type Call, type Translations } from '../call.js';
import { count, reshape } from '../layout.js';
import type { Value } from '../value.js';

/** Operators that change how values are arranged, not which they are. */
export const shapeOperators: Translations = {
  Identity: (call) => call.input(0),
  Flatten: (call) => {
    const { sizes } = call.input(0);
    const axis = call.integer('axis', 1);
    const at = axis === sizes.length ? axis : axisOf(call, axis, sizes.length);
    return reshape(call.input(0), [elements(sizes.slice(0, at)), elements(sizes.slice(at))], call.apply);
  },
  Reshape: (call) => {
    const wanted = integersOf(call, 'shape', 1);
    if (wanted === null) throw call.fail('the new sizes are missing');
    return reshape(call.input(0), newSizes(call, wanted), call.apply);
  },
  Squeeze: (call) => {
    const input = call.input(0);
    const { sizes } = input;
    const axes = axesOf(call, sizes.length) ?? sizes.flatMap((size, axis) => (size === 1 ? [axis] : []));
    if (axes.some((axis) => sizes[axis] !== 1)) throw call.fail('an axis to be removed has not size 1');
    return reshape(
      input,
      sizes.filter((_, axis) => !axes.includes(axis)),
      call.apply,
    );
  },
  Unsqueeze: (call) => {
    const input = call.input(0);
    const given = integersOf(call, 'axes', 1) ?? [];
    const rank = input.sizes.length + given.length;
    const axes = given.map((axis) => axisOf(call, axis, rank));
    if (new Set(axes).size !== axes.length) throw call.fail('an axis is added twice');
    const kept = [...input.sizes];
    const sizes = count(0, rank).map((axis) => (axes.includes(axis) ? 1 : (kept.shift() ?? 1)));
    return reshape(input, sizes, call.apply);
  },
  Transpose: (call) => {
    const input = call.input(0);
    const order = call.integers('perm') ?? count(0, input.sizes.length).toReversed();
    return call.apply({ kind: 'transpose', order }, [input]);
  },
  Concat: (call) => {
    const inputs = call.inputs.map((_, index) => call.input(index));
    return call.apply(
      { kind: 'concat', axis: axisOf(call, call.integer('axis', 1), call.input(0).sizes.length) },
      inputs,
    );
  },
  /** Adds zeros of the new sizes, which broadcasts. */
  Expand: (call) => {
    const input = call.input(0);
    const wanted = [...call.known(1, 'the new sizes').values];
    if (wanted.some((size) => size < 0)) throw call.fail('a size below 0');
    call.spend(elements(wanted));
    const zeros = call.make(wanted, new Int32Array(elements(wanted)), input.type);
    return call.apply({ kind: 'binary', of: 'add' }, [input, zeros]);
  },
};

function axesOf(call: Call, rank: number): readonly number[] | null {
  return integersOf(call, 'axes', 1)?.map((axis) => axisOf(call, axis, rank)) ?? null;
}

/** 0 keeps the size that is there, -1 is what is left. */
function newSizes(call: Call, wanted: readonly number[]): readonly number[] {
  const input: Value = call.input(0);
  const keeps = call.integer('allowzero', 0) === 0;
  const sizes = wanted.map((size, axis) => (size === 0 && keeps ? (input.sizes[axis] ?? 0) : size));
  const open = sizes.filter((size) => size === -1).length;
  if (open > 1 || sizes.some((size) => size < -1)) throw call.fail('new sizes below 0');
  const others = elements(sizes.filter((size) => size !== -1));
  const rest = others === 0 ? 0 : elements(input.sizes) / others;
  return sizes.map((size) => (size === -1 ? rest : size));
}
