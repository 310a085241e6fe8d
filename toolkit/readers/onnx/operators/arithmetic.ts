import type { BinaryName } from '../../../graph/index.js';
import { axisOf, type Call, type Translation, type Translations } from '../call.js';
import { isFloat, isHalf, TYPE, typeName, isDataType, type DataType } from '../data-types.js';
import { count, reshape } from '../layout.js';
import type { Value } from '../value.js';

export const arithmeticOperators: Translations = {
  Add: (call) => ofTwo(call, 'add'),
  Sub: (call) => ofTwo(call, 'subtract'),
  Mul: (call) => ofTwo(call, 'multiply'),
  Div: (call) => {
    const quotient = ofTwo(call, 'divide');
    return isFloat(quotient.type) ? quotient : towardsZero(call, quotient);
  },
  Pow: (call) => {
    const power = ofTwo(call, 'power');
    return isFloat(power.type) ? power : towardsZero(call, power);
  },
  Max: chained('maximum'),
  Min: chained('minimum'),
  Sum: chained('add'),
  Mean: (call) => {
    const sum = chained('add')(call);
    if ('kind' in sum) return binary(call, 'divide', sum, call.make([], [call.inputs.length]));
    return sum;
  },
  Cast: (call) => {
    const [input, to] = [call.input(0), call.integer('to', 0)];
    if (!isDataType(to) || isHalf(to)) {
      throw call.fail(`a cast to ${typeName(to)} is not supported`, 'Export the model with float32 values.');
    }
    return cast(call, input, to);
  },
};

/** Before version 7 the second input's axes may be said to begin at one of the first's. */
function ofTwo(call: Call, of: BinaryName): Value {
  const [a, b] = [call.input(0), call.input(1)];
  if (call.version >= 7 || !call.has('axis')) return binary(call, of, a, b);
  const axis = axisOf(call, call.integer('axis', 0), a.sizes.length);
  const missing = count(axis + b.sizes.length, a.sizes.length);
  return binary(call, of, a, reshape(b, [...b.sizes, ...missing.map(() => 1)], call.apply));
}

function binary(call: Call, of: BinaryName, a: Value, b: Value): Value {
  return call.apply({ kind: 'binary', of }, [a, b]);
}

/** One operation over all inputs. */
function chained(of: BinaryName): Translation {
  return (call) => {
    const [first, ...others] = call.inputs.map((_, index) => call.input(index));
    if (first === undefined) throw call.fail('no inputs');
    return others.reduce((sum, other) => binary(call, of, sum, other), first);
  };
}

function cast(call: Call, input: Value, to: DataType): Value {
  if (to === input.type) return input;
  if (to === TYPE.bool) {
    const sign = call.apply({ kind: 'unary', of: { kind: 'sign' } }, [input]);
    return call.apply({ kind: 'unary', of: { kind: 'abs' } }, [sign], to);
  }
  const exact = isFloat(input.type) && !isFloat(to) ? towardsZero(call, input) : input;
  if (exact.kind === 'tensor') return { ...exact, type: to };
  return call.apply({ kind: 'unary', of: { kind: 'identity' } }, [exact], to);
}

/** sign(x) * floor(|x|). */
function towardsZero(call: Call, x: Value): Value {
  if (x.kind === 'known' && x.values instanceof Int32Array) return x;
  const size = call.apply({ kind: 'unary', of: { kind: 'abs' } }, [x]);
  const whole = call.apply({ kind: 'unary', of: { kind: 'floor' } }, [size]);
  return binary(call, 'multiply', whole, call.apply({ kind: 'unary', of: { kind: 'sign' } }, [x]));
}
