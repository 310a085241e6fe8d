import { broadcast, broadcastSizes, elements, type Constant } from '../../../graph/index.js';
import { axisOf, numberOf, type Call, type Translation, type Translations } from '../call.js';
import { TYPE, isFloat, type DataType } from '../data-types.js';
import { readTensor } from '../tensors.js';
import type { KnownValue } from '../value.js';

/** What only makes sense, or is only supported, on values that are known: the arithmetic of sizes. */
export const constantOperators: Translations = {
  Constant: (call) => {
    const tensor = call.attribute('value')?.tensor ?? null;
    if (tensor !== null) {
      const { sizes, values, type } = readTensor(tensor, call.where, () => {
        throw call.fail('a constant whose data is in another file');
      });
      return call.make(sizes, values, type);
    }
    const float = call.attribute('value_float')?.float ?? null;
    if (float !== null) return call.make([], [float]);
    const integer = call.attribute('value_int')?.integer ?? null;
    if (integer !== null) return call.make([], [integer], TYPE.int64);
    const floats = call.attribute('value_floats')?.floats;
    if (floats !== undefined) return call.make([floats.length], floats);
    const integers = call.attribute('value_ints')?.integers;
    if (integers !== undefined) return call.make([integers.length], integers, TYPE.int64);
    throw call.fail('a constant that is not made of numbers');
  },
  Shape: (call) => {
    const { sizes } = call.input(0);
    const at = (name: string, otherwise: number): number => {
      const given = call.integer(name, otherwise);
      return given < 0 ? Math.max(given + sizes.length, 0) : given;
    };
    const part = sizes.slice(at('start', 0), at('end', sizes.length));
    return call.make([part.length], part, TYPE.int64);
  },
  Size: (call) => call.make([], [elements(call.input(0).sizes)], TYPE.int64),
  ConstantOfShape: (call) => {
    const sizes = [...call.known(0, 'the sizes').values];
    const tensor = call.attribute('value')?.tensor ?? null;
    const none = (): never => {
      throw call.fail('a constant whose data is in another file');
    };
    const filling = tensor === null ? null : readTensor(tensor, call.where, none);
    if (sizes.some((size) => size < 0)) throw call.fail('a size below 0');
    call.spend(elements(sizes));
    const type = filling?.type ?? TYPE.float;
    const values = isFloat(type) ? new Float32Array(elements(sizes)) : new Int32Array(elements(sizes));
    return call.make(sizes, values.fill(filling?.values[0] ?? 0), type);
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((index) => numberOf(call, call.known(index, 'a bound')));
    if (start === undefined || limit === undefined || !delta) throw call.fail('a step of 0');
    const count = Math.max(Math.ceil((limit - start) / delta), 0);
    if (!Number.isFinite(count)) throw call.fail('a range without end');
    call.spend(count);
    const values = Array.from({ length: count }, (_, i) => start + i * delta);
    return call.make([count], values, call.input(0).type);
  },
  Equal: compared((a, b) => a === b),
  Less: compared((a, b) => a < b),
  LessOrEqual: compared((a, b) => a <= b),
  Greater: compared((a, b) => a > b),
  GreaterOrEqual: compared((a, b) => a >= b),
  And: compared((a, b) => a !== 0 && b !== 0),
  Or: compared((a, b) => a !== 0 || b !== 0),
  Not: (call) => {
    const { sizes, values } = call.known(0, 'which is negated');
    return call.make(
      sizes,
      [...values].map((value) => (value === 0 ? 1 : 0)),
      TYPE.bool,
    );
  },
  Where: (call) => {
    const [condition, yes, no] = [0, 1, 2].map((index) => call.known(index, 'a choice'));
    if (!condition || !yes || !no) throw call.fail('inputs are missing');
    const sizes = together(call, together(call, condition.sizes, yes.sizes), no.sizes);
    call.spend(3 * elements(sizes));
    const [which, a, b] = [broadcast(condition, sizes), broadcast(yes, sizes), broadcast(no, sizes)];
    return known(call, sizes, yes.type, (i) => ((which[i] ?? 0) !== 0 ? (a[i] ?? 0) : (b[i] ?? 0)));
  },
  Tile: (call) => {
    const input = call.input(0);
    if (call.version < 6)
      throw call.fail('an old kind of repeating', 'Export the model with opset_version=17.');
    const repeats = [...call.known(1, 'the repeats').values];
    if (repeats.length !== input.sizes.length || repeats.some((times) => times < 1 || times > 4096)) {
      throw call.fail('a number of repeats per axis is needed, 1 to 4096');
    }
    return repeats.reduce((value, times, axis) => {
      if (times === 1) return value;
      return call.apply(
        { kind: 'concat', axis: axisOf(call, axis, repeats.length) },
        Array.from({ length: times }, () => value),
      );
    }, input);
  },
};

function compared(holds: (a: number, b: number) => boolean): Translation {
  return (call) => {
    const [a, b] = [call.known(0, 'which is compared'), call.known(1, 'which is compared')];
    const sizes = together(call, a.sizes, b.sizes);
    call.spend(2 * elements(sizes));
    const [left, right] = [broadcast(a, sizes), broadcast(b, sizes)];
    return known(call, sizes, TYPE.bool, (i) => (holds(left[i] ?? 0, right[i] ?? 0) ? 1 : 0));
  };
}

function together(call: Call, a: Constant['sizes'], b: Constant['sizes']): Constant['sizes'] {
  const sizes = broadcastSizes(a, b);
  if (sizes === null) throw call.fail('the sizes cannot be broadcast');
  return sizes;
}

function known(call: Call, sizes: Constant['sizes'], type: DataType, of: (i: number) => number): KnownValue {
  const values = isFloat(type) ? new Float32Array(elements(sizes)) : new Int32Array(elements(sizes));
  for (let i = 0; i < values.length; i++) values[i] = of(i);
  return call.make(sizes, values, type);
}
