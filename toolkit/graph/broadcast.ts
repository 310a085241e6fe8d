import type { Constant, Sizes } from './graph.js';
import { elements, gather, offsets, strides, table } from './tensor.js';

/** The sizes that two tensors have together, by NumPy's rules; null where they do not fit. */
export function broadcastSizes(a: Sizes, b: Sizes): Sizes | null {
  const rank = Math.max(a.length, b.length);
  const sizes: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return null;
    sizes.push(x === 1 ? y : x);
  }
  return sizes;
}

/** Where each value of the broadcast tensor lies in the one that is broadcast. */
export function broadcastOffsets(from: Sizes, to: Sizes): Int32Array {
  const steps = strides(from);
  const missing = to.length - from.length;
  return offsets(
    to.map((size, axis) => {
      const step = (from[axis - missing] ?? 1) === 1 ? 0 : (steps[axis - missing] ?? 0);
      return table(size, (i) => i * step);
    }),
  );
}

/** The values of a tensor, repeated until it has these sizes. */
export function broadcast({ sizes, values }: Constant, to: Sizes): Constant['values'] {
  if (elements(sizes) === elements(to)) return values;
  return gather(values, broadcastOffsets(sizes, to));
}
