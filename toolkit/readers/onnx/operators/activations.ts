import { elements, type Unary } from '../../../graph/index.js';
import { axisOf, numberOf, type Call, type Translation, type Translations } from '../call.js';
import { reshape } from '../layout.js';
import type { Value } from '../value.js';

export const activationOperators: Translations = {
  Relu: unary({ kind: 'relu' }),
  Tanh: unary({ kind: 'tanh' }),
  Sigmoid: unary({ kind: 'sigmoid' }),
  HardSwish: unary({ kind: 'hardSwish' }),
  Softplus: unary({ kind: 'softplus' }),
  Softsign: unary({ kind: 'softsign' }),
  Exp: unary({ kind: 'exp' }),
  Log: unary({ kind: 'log' }),
  Abs: unary({ kind: 'abs' }),
  Neg: unary({ kind: 'negative' }),
  Sqrt: unary({ kind: 'sqrt' }),
  Reciprocal: unary({ kind: 'reciprocal' }),
  Floor: unary({ kind: 'floor' }),
  Ceil: unary({ kind: 'ceil' }),
  Round: unary({ kind: 'round' }),
  Erf: unary({ kind: 'erf' }),
  Sign: unary({ kind: 'sign' }),
  LeakyRelu: (call) => apply(call, { kind: 'leakyRelu', slope: call.float('alpha', 0.01) }),
  Elu: (call) => apply(call, { kind: 'elu', alpha: call.float('alpha', 1), gamma: 1 }),
  Selu: (call) =>
    apply(call, {
      kind: 'elu',
      alpha: call.float('alpha', 1.6732632423543772),
      gamma: call.float('gamma', 1.0507009873554805),
    }),
  HardSigmoid: (call) =>
    apply(call, { kind: 'hardSigmoid', gain: call.float('alpha', 0.2), offset: call.float('beta', 0.5) }),
  Clip: (call) => {
    if (call.version < 11) {
      return apply(call, {
        kind: 'clip',
        least: call.float('min', -Infinity),
        most: call.float('max', Infinity),
      });
    }
    const bound = (index: number, otherwise: number): number => {
      if (call.optional(index) === null) return otherwise;
      return numberOf(call, call.known(index, 'a bound'));
    };
    return apply(call, { kind: 'clip', least: bound(1, -Infinity), most: bound(2, Infinity) });
  },
  Softmax: (call) => softmax(call, false),
  LogSoftmax: (call) => softmax(call, true),
};

function unary(of: Unary): Translation {
  return (call) => apply(call, of);
}

function apply(call: Call, of: Unary): Value {
  return call.apply({ kind: 'unary', of }, [call.input(0)]);
}

/** Before version 13 all axes from the given one on are one. */
function softmax(call: Call, log: boolean): Value {
  const input = call.input(0);
  const rank = input.sizes.length;
  const newer = call.version >= 13;
  const axis = axisOf(call, call.integer('axis', newer ? -1 : 1), rank);
  if (newer || axis === rank - 1) return call.apply({ kind: 'softmax', axis, log }, [input]);
  const flat = [elements(input.sizes.slice(0, axis)), elements(input.sizes.slice(axis))];
  const output = call.apply({ kind: 'softmax', axis: 1, log }, [reshape(input, flat, call.apply)]);
  return reshape(output, input.sizes, call.apply);
}
