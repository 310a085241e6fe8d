import type { Call, Translations } from '../call.js';
import { reshape } from '../layout.js';
import type { Value } from '../value.js';

export const matrixOperators: Translations = {
  /** alpha * A B + beta * C. */
  Gemm: (call) => {
    const turned = (index: number, attribute: string): Value => {
      const matrix = call.input(index);
      if (matrix.sizes.length !== 2) throw call.fail('matrices are needed');
      if (call.integer(attribute, 0) === 0) return matrix;
      return call.apply({ kind: 'transpose', order: [1, 0] }, [matrix]);
    };
    const [a, b, c] = [turned(0, 'transA'), turned(1, 'transB'), call.optional(2)];
    const alpha = call.float('alpha', 1);
    const product =
      b.kind === 'known'
        ? call.apply({ kind: 'matmul' }, [a, times(call, b, alpha)])
        : times(call, call.apply({ kind: 'matmul' }, [a, b]), alpha);
    if (c === null) return product;
    return call.apply({ kind: 'binary', of: 'add' }, [product, times(call, c, call.float('beta', 1))]);
  },
  /** As NumPy: a vector on the left is a row, one on the right a column, and that axis goes again. */
  MatMul: (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    if (a.sizes.length === 0 || b.sizes.length === 0)
      throw call.fail('single values cannot be multiplied so');
    const left = a.sizes.length === 1 ? reshape(a, [1, ...a.sizes], call.apply) : a;
    const right = b.sizes.length === 1 ? reshape(b, [...b.sizes, 1], call.apply) : b;
    const product = call.apply({ kind: 'matmul' }, [left, right]);
    if (left === a && right === b) return product;
    const rank = product.sizes.length;
    const gone = [...(left === a ? [] : [rank - 2]), ...(right === b ? [] : [rank - 1])];
    return reshape(
      product,
      product.sizes.filter((_, axis) => !gone.includes(axis)),
      call.apply,
    );
  },
};

function times(call: Call, value: Value, factor: number): Value {
  if (factor === 1) return value;
  return call.apply({ kind: 'binary', of: 'multiply' }, [value, call.make([], [factor])]);
}
