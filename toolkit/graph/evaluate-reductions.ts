import type { Constant, Operation } from './graph.js';
import { along, elements, offsets, strides, table } from './tensor.js';

type Reduce = Extract<Operation, { kind: 'reduce' }>;

/** Integers give integers. Of no values the sum is 0, the largest -Infinity, the smallest Infinity. */
export function reduce({ of, axes }: Reduce, { sizes, values }: Constant): Constant['values'] {
  const kept = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const steps = strides(kept);
  const to = offsets(
    sizes.map((size, axis) => table(size, (i) => (axes.includes(axis) ? 0 : i * (steps[axis] ?? 0)))),
  );
  const sums = new Float64Array(elements(kept)).fill(of === 'max' ? -Infinity : of === 'min' ? Infinity : 0);
  for (let i = 0; i < to.length; i++) {
    const at = to[i] ?? 0;
    const [sum, value] = [sums[at] ?? 0, values[i] ?? 0];
    sums[at] = of === 'max' ? Math.max(sum, value) : of === 'min' ? Math.min(sum, value) : sum + value;
  }
  const count = of === 'mean' ? elements(sizes) / Math.max(sums.length, 1) : 1;
  const result = values instanceof Int32Array ? new Int32Array(sums.length) : new Float32Array(sums.length);
  for (let i = 0; i < result.length; i++) result[i] = (sums[i] ?? 0) / count;
  return result;
}

/** The index of the first largest value along an axis; a NaN counts as the smallest. */
export function argMax(axis: number, { sizes, values }: Constant): Int32Array {
  const { blocks, size, step } = along(sizes, axis);
  const result = new Int32Array(blocks * step);
  for (let block = 0; block < blocks; block++) {
    for (let inner = 0; inner < step; inner++) {
      const from = block * size * step + inner;
      let best = 0;
      for (let i = 1; i < size; i++) {
        if ((values[from + i * step] ?? 0) > (values[from + best * step] ?? 0)) best = i;
      }
      result[block * step + inner] = best;
    }
  }
  return result;
}

/** exp(x) / sum of exp along an axis, or its logarithm. */
export function softmax(axis: number, log: boolean, { sizes, values }: Constant): Float32Array {
  const { blocks, size, step } = along(sizes, axis);
  const output = new Float32Array(values.length);
  for (let block = 0; block < blocks; block++) {
    for (let inner = 0; inner < step; inner++) {
      const from = block * size * step + inner;
      let [most, sum] = [-Infinity, 0];
      for (let i = 0; i < size; i++) most = Math.max(most, values[from + i * step] ?? 0);
      for (let i = 0; i < size; i++) sum += Math.exp((values[from + i * step] ?? 0) - most);
      for (let i = 0; i < size; i++) {
        const x = (values[from + i * step] ?? 0) - most;
        output[from + i * step] = log ? x - Math.log(sum) : Math.exp(x) / sum;
      }
    }
  }
  return output;
}
