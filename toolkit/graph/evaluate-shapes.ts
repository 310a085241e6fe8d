import type { Constant, Operation, Sizes } from './graph.js';
import { along, elements, gather, offsets, strides, table } from './tensor.js';

type Values = Constant['values'];
type Pad = Extract<Operation, { kind: 'pad' }>;
type Slice = Extract<Operation, { kind: 'slice' }>;

export function transpose(order: readonly number[], { sizes, values }: Constant): Values {
  const steps = strides(sizes);
  const tables = order.map((axis) => table(sizes[axis] ?? 0, (i) => i * (steps[axis] ?? 0)));
  return gather(values, offsets(tables));
}

export function slice({ begin, step }: Slice, input: Constant, sizes: Sizes): Values {
  const steps = strides(input.sizes);
  const tables = sizes.map((size, axis) =>
    table(size, (i) => ((begin[axis] ?? 0) + i * (step[axis] ?? 1)) * (steps[axis] ?? 0)),
  );
  return gather(input.values, offsets(tables));
}

export function pad({ before, mode, value }: Pad, input: Constant, sizes: Sizes): Values {
  if (mode === 'constant') {
    const output = like(input.values, elements(sizes)).fill(value);
    const steps = strides(sizes);
    const to = offsets(
      input.sizes.map((size, axis) => table(size, (i) => ((before[axis] ?? 0) + i) * (steps[axis] ?? 0))),
    );
    for (let i = 0; i < to.length; i++) output[to[i] ?? 0] = input.values[i] ?? 0;
    return output;
  }
  const steps = strides(input.sizes);
  const tables = sizes.map((size, axis) => {
    const last = (input.sizes[axis] ?? 1) - 1;
    return table(size, (i) => {
      const at = i - (before[axis] ?? 0);
      if (mode === 'edge') return Math.min(Math.max(at, 0), last) * (steps[axis] ?? 0);
      return (last - Math.abs(last - Math.abs(at))) * (steps[axis] ?? 0);
    });
  });
  return gather(input.values, offsets(tables));
}

/** Integers if all inputs are. */
export function concat(axis: number, inputs: readonly Constant[], sizes: Sizes): Values {
  const integers = inputs.every(({ values }) => values instanceof Int32Array);
  const output = integers ? new Int32Array(elements(sizes)) : new Float32Array(elements(sizes));
  const total = elements(sizes.slice(axis));
  let start = 0;
  for (const input of inputs) {
    const { blocks, size, step } = along(input.sizes, axis);
    for (let block = 0; block < blocks; block++) {
      const from = block * size * step;
      output.set(input.values.subarray(from, from + size * step), block * total + start);
    }
    start += size * step;
  }
  return output;
}

function like(values: Values, length: number): Values {
  return values instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}
