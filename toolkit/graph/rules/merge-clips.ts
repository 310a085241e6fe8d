import type { GraphNode, Unary } from '../graph.js';
import { again, scalar, withConstant, type Rule, type View } from './rule.js';

/** Rectifiers, cuts and comparisons with one number, one after the other, are one cut. */
export const mergeClips: Rule = (node, view) => {
  const own = rangeOf(node, view);
  if (own === null) return null;
  const before = view.maker(own.input);
  const first = before === undefined ? null : rangeOf(before, view);
  if (first === null) {
    const isNamed = node.operation.kind === 'unary';
    return isNamed
      ? null
      : { nodes: [again(node, { operation: { kind: 'unary', of: cut(own) }, inputs: [own.input] })] };
  }
  const within = (value: number): number => Math.min(Math.max(value, own.least), own.most);
  const both = { least: within(first.least), most: within(first.most) };
  if (both.least >= both.most) return null;
  return { nodes: [again(node, { operation: { kind: 'unary', of: cut(both) }, inputs: [first.input] })] };
};

interface Range {
  readonly least: number;
  readonly most: number;
}

const cut = ({ least, most }: Range): Unary =>
  least === 0 && most === Infinity ? { kind: 'relu' } : { kind: 'clip', least, most };

function rangeOf(node: GraphNode, view: View): (Range & { readonly input: string }) | null {
  const { operation } = node;
  const [input = ''] = node.inputs;
  if (operation.kind === 'unary') {
    if (operation.of.kind === 'relu') return { input, least: 0, most: Infinity };
    return operation.of.kind === 'clip'
      ? { input, least: operation.of.least, most: operation.of.most }
      : null;
  }
  const found = withConstant(node, view);
  const value = found === null ? null : scalar(found.constant, view);
  if (operation.kind !== 'binary' || found === null || value === null) return null;
  if (view.sizes(found.input).join() !== view.sizes(node.output).join()) return null;
  if (operation.of === 'maximum') return { input: found.input, least: value, most: Infinity };
  return operation.of === 'minimum' ? { input: found.input, least: -Infinity, most: value } : null;
}
