import { InputError } from '../errors.js';
import { binary, prelu, unary } from './evaluate-elementwise.js';
import { matmul } from './evaluate-matmul.js';
import { quantize } from './evaluate-quantize.js';
import { argMax, reduce, softmax } from './evaluate-reductions.js';
import { concat, pad, slice, transpose } from './evaluate-shapes.js';
import { conv2d, pool } from './evaluate-windows.js';
import type { Constant, Graph, GraphInput, Operation, Sizes } from './graph.js';
import { nodeTitle, quoted } from './problem.js';
import { graphSizes, outputSizes, shownSizes } from './sizes.js';
import { elements } from './tensor.js';

/**
 * The tensors that a graph gives, in float32 with sums in float64.
 *
 * @param inputs - by name, row by row, as many values as the input's sizes say.
 * @param wanted - names of tensors, or every one; the outputs if not given.
 * @throws InputError if an input is missing or has another number of values, a node does not fit its inputs (naming
 * the node), or all tensors together are absurdly large.
 */
export function evaluateGraph(
  graph: Graph,
  inputs: ReadonlyMap<string, Float32Array>,
  wanted: readonly string[] | 'every' = graph.outputs,
): ReadonlyMap<string, Constant> {
  const sizes = graphSizes(graph);
  const tensors = new Map<string, Constant>(graph.constants);
  for (const input of graph.inputs) tensors.set(input.name, given(input, inputs));
  const uses = countUses(graph);
  const kept = new Set(wanted === 'every' ? sizes.keys() : wanted);
  for (const node of graph.nodes) {
    const read = node.inputs.flatMap((name) => tensors.get(name) ?? []);
    tensors.set(node.output, evaluateOperation(node.operation, read, nodeTitle(node)));
    for (const name of node.inputs) {
      const left = (uses.get(name) ?? 1) - 1;
      uses.set(name, left);
      if (left === 0 && !kept.has(name)) tensors.delete(name);
    }
  }
  return new Map([...kept].map((name) => [name, found(name, tensors)]));
}

/**
 * What one operation gives. Operators that only move values keep integers, and so do sums, products and the like of
 * nothing but integers; all else is float32.
 *
 * @param where - the node, for messages.
 * @throws InputError if the operation cannot read tensors of these sizes.
 */
export function evaluateOperation(
  operation: Operation,
  inputs: readonly Constant[],
  where: string,
): Constant {
  const sizes = outputSizes(
    operation,
    inputs.map((input) => input.sizes),
    where,
  );
  return { sizes, values: valuesOf(operation, inputs, sizes) };
}

const NOTHING: Constant = { sizes: [0], values: new Float32Array() };

function valuesOf(operation: Operation, inputs: readonly Constant[], sizes: Sizes): Constant['values'] {
  const [first = NOTHING, second = NOTHING] = inputs;
  switch (operation.kind) {
    case 'conv2d':
      return conv2d(operation, inputs, sizes);
    case 'maxPool':
    case 'averagePool':
      return pool(operation, first, sizes);
    case 'matmul':
      return matmul(first, second, sizes);
    case 'binary':
      return binary(operation.of, first, second, sizes);
    case 'unary':
      return unary(operation.of, first.values);
    case 'prelu':
      return prelu(first, second);
    case 'softmax':
      return softmax(operation.axis, operation.log, first);
    case 'reduce':
      return reduce(operation, first);
    case 'argMax':
      return argMax(operation.axis, first);
    case 'concat':
      return concat(operation.axis, inputs, sizes);
    case 'reshape':
      return first.values;
    case 'transpose':
      return transpose(operation.order, first);
    case 'pad':
      return pad(operation, first, sizes);
    case 'slice':
      return slice(operation, first, sizes);
    case 'quantize':
      return quantize(operation.levels, first.values);
  }
}

function given({ name, sizes }: GraphInput, inputs: ReadonlyMap<string, Float32Array>): Constant {
  const values = inputs.get(name);
  if (values?.length === elements(sizes)) return { sizes, values };
  const count = values === undefined ? 'no values' : `${values.length} values`;
  throw new InputError(`${count} where ${shownSizes(sizes)} are needed`, {
    where: `input ${quoted(name)}`,
    next: 'Give inputs of the size that the model reads.',
  });
}

function countUses(graph: Graph): Map<string, number> {
  const uses = new Map<string, number>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return uses;
}

function found(name: string, tensors: ReadonlyMap<string, Constant>): Constant {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  throw new InputError(`there is no tensor ${quoted(name)}`, {
    where: 'the graph',
    next: 'Ask for one that it has.',
  });
}
