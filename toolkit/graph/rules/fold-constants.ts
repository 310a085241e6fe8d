import { evaluateOperation } from '../evaluate.js';
import { nodeTitle } from '../problem.js';
import type { Rule } from './rule.js';

/** What reads constants only is a constant. */
export const foldConstants: Rule = (node, view) => {
  const inputs = node.inputs.flatMap((input) => view.constant(input) ?? []);
  if (inputs.length < node.inputs.length) return null;
  const name = view.fresh();
  const constant = evaluateOperation(node.operation, inputs, nodeTitle(node));
  const nodes = [
    { ...node, operation: { kind: 'unary', of: { kind: 'identity' } }, inputs: [name] } as const,
  ];
  if (node.operation.kind === 'unary' && node.operation.of.kind === 'identity')
    return { same: node.inputs[0] ?? '' };
  return { nodes, constants: new Map([[name, constant]]) };
};
