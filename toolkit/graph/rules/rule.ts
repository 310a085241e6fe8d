import type { Constant, Graph, GraphNode, Sizes } from '../graph.js';

/** What a rule sees of a graph besides the node that it looks at. */
export interface View {
  /** The node that makes a tensor. */
  readonly maker: (tensor: string) => GraphNode | undefined;
  readonly constant: (tensor: string) => Constant | undefined;
  readonly sizes: (tensor: string) => Sizes;
  /** How many nodes and outputs read a tensor. */
  readonly readers: (tensor: string) => number;
  /** A name that nothing has. */
  readonly fresh: () => string;
}

/** What comes in the place of a node: nodes of which the last makes the same tensor, or a tensor that is the same. */
export type Replacement =
  | { readonly nodes: readonly GraphNode[]; readonly constants?: ReadonlyMap<string, Constant> }
  | { readonly same: string };

/** Changes what comes before a node so that the tensor that it makes stays the same; null where there is nothing to do. */
export type Rule = (node: GraphNode, view: View) => Replacement | null;

/** The only value of a constant, or null if it has others or is none. */
export function scalar(tensor: string, view: View): number | null {
  const found = view.constant(tensor);
  const value = found?.values[0];
  if (found === undefined || value === undefined) return null;
  return found.values.every((other) => other === value) ? value : null;
}

/** The two inputs of a binary operation of which one is a constant; null if none or both are. */
export function withConstant(
  node: GraphNode | undefined,
  view: View,
): { readonly input: string; readonly constant: string; readonly isFirst: boolean } | null {
  const [a, b] = node?.inputs ?? [];
  if (a === undefined || b === undefined || node?.operation.kind !== 'binary') return null;
  const [first, second] = [view.constant(a) !== undefined, view.constant(b) !== undefined];
  if (first === second) return null;
  return first ? { input: b, constant: a, isFirst: true } : { input: a, constant: b, isFirst: false };
}

/** A node that is written anew. */
export const again = (
  node: GraphNode,
  change: Partial<Pick<GraphNode, 'operation' | 'inputs' | 'output'>>,
): GraphNode => ({ ...node, ...change });

export const sameSizes = (a: Sizes, b: Sizes): boolean =>
  a.length === b.length && a.every((size, k) => size === b[k]);

/** Nodes by the tensors that they make. */
export const makers = (graph: Graph): ReadonlyMap<string, GraphNode> =>
  new Map(graph.nodes.map((node) => [node.output, node]));
