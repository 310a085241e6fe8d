import type { Constant } from '../graph.js';
import { elements, offsets, strides, table } from '../tensor.js';
import { again, type Rule } from './rule.js';

/** The weights of a product read what is flattened in another order, if they are put in that order. */
export const transposeIntoMatmul: Rule = (node, view) => {
  const [flat = '', weights = ''] = node.inputs;
  const kernel = view.constant(weights);
  const reshape = view.maker(flat);
  if (node.operation.kind !== 'matmul' || kernel === undefined || reshape?.operation.kind !== 'reshape')
    return null;
  const transpose = view.maker(reshape.inputs[0] ?? '');
  if (transpose?.operation.kind !== 'transpose' || kernel.sizes.length !== 2) return null;
  const [from = ''] = transpose.inputs;
  const sizes = view.sizes(from);
  // Each row must be the whole tensor.
  if (view.sizes(flat).at(-1) !== elements(sizes)) return null;
  const steps = strides(sizes);
  // Row k of the weights reads the value at at[k] before the transpose.
  const at = offsets(
    transpose.operation.order.map((axis) => table(sizes[axis] ?? 1, (i) => i * (steps[axis] ?? 0))),
  );
  const columns = kernel.sizes[1] ?? 1;
  const values = new Float32Array(kernel.values.length);
  at.forEach((row, k) => {
    values.set(kernel.values.subarray(k * columns, (k + 1) * columns), row * columns);
  });
  const [straight, name] = [view.fresh(), view.fresh()];
  const constant: Constant = { sizes: kernel.sizes, values };
  return {
    nodes: [again(reshape, { inputs: [from], output: straight }), again(node, { inputs: [straight, name] })],
    constants: new Map([[name, constant]]),
  };
};
