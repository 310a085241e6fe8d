import { InputError } from '../errors.js';
import type { Graph, GraphNode } from './graph.js';
import { quoted } from './problem.js';
import { makers } from './rules/rule.js';

/** What turns a graph's logits into its output, and changes no order among them. */
export type OutputFunction = 'softmax' | 'argMax' | 'sigmoid';

/**
 * A graph without what its output only shows of its logits: softmax, the index of the largest, the sigmoid of one value or
 * many, and their quantization. The function is the one nearest to the output, null if there is none.
 *
 * @throws InputError if the outputs do not all show the same logits.
 */
export function withoutOutputFunction(graph: Graph): {
  readonly graph: Graph;
  readonly of: OutputFunction | null;
} {
  const made = makers(graph);
  const found = graph.outputs.map((output) => shown(output, made));
  const [first] = found;
  if (first === undefined)
    throw new InputError('it has no outputs', { where: `graph ${quoted(graph.name)}` });
  if (found.some(({ logits }) => logits !== first.logits)) {
    throw new InputError(`it has ${graph.outputs.length} outputs: one is supported`, {
      where: `graph ${quoted(graph.name)}`,
      next: 'Export the model with the one output that is wanted.',
    });
  }
  return { graph: { ...graph, outputs: [first.logits] }, of: first.of };
}

function shown(
  output: string,
  made: ReadonlyMap<string, GraphNode>,
): { readonly logits: string; readonly of: OutputFunction | null } {
  const node = made.get(output);
  const [input] = node?.inputs ?? [];
  const of = node === undefined ? null : functionOf(node);
  if (of === null || input === undefined) return { logits: output, of: null };
  const before = shown(input, made);
  // What shows values as they are is only left out before something.
  if (of === 'same') return before.of === null ? { logits: output, of: null } : before;
  return { logits: before.logits, of };
}

function functionOf({ operation }: GraphNode): OutputFunction | 'same' | null {
  switch (operation.kind) {
    case 'softmax':
      return 'softmax';
    case 'argMax':
      return 'argMax';
    case 'reshape':
    case 'quantize':
      return 'same';
    case 'unary':
      if (operation.of.kind === 'identity') return 'same';
      return operation.of.kind === 'sigmoid' ? 'sigmoid' : null;
    case 'averagePool':
    case 'binary':
    case 'concat':
    case 'conv2d':
    case 'matmul':
    case 'maxPool':
    case 'pad':
    case 'prelu':
    case 'reduce':
    case 'slice':
    case 'transpose':
      return null;
  }
}
