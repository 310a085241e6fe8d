import { broadcastOffsets } from './broadcast.js';
import type { Constant, Sizes } from './graph.js';
import { elements } from './tensor.js';

/** Products of matrices; `sizes` are those of the output. */
export function matmul(a: Constant, b: Constant, sizes: Sizes): Float32Array {
  const output = new Float32Array(elements(sizes));
  const outer = sizes.slice(0, -2);
  const [rows, columns, depth] = [sizes.at(-2) ?? 0, sizes.at(-1) ?? 0, a.sizes.at(-1) ?? 0];
  const [ofA, ofB] = [
    broadcastOffsets(a.sizes.slice(0, -2), outer),
    broadcastOffsets(b.sizes.slice(0, -2), outer),
  ];
  const sums = new Float64Array(columns);
  let to = 0;
  for (let matrix = 0; matrix < ofA.length; matrix++) {
    const fromA = (ofA[matrix] ?? 0) * rows * depth;
    const fromB = (ofB[matrix] ?? 0) * depth * columns;
    for (let row = 0; row < rows; row++) {
      sums.fill(0);
      for (let k = 0; k < depth; k++) {
        const value = a.values[fromA + row * depth + k] ?? 0;
        const at = fromB + k * columns;
        for (let column = 0; column < columns; column++) {
          sums[column] = (sums[column] ?? 0) + value * (b.values[at + column] ?? 0);
        }
      }
      output.set(sums, to);
      to += columns;
    }
  }
  return output;
}
