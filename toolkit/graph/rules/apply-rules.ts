import type { Constant, Graph, GraphNode, Sizes } from '../graph.js';
import { nodeTitle } from '../problem.js';
import { graphSizes, outputSizes } from '../sizes.js';
import type { Replacement, Rule, View } from './rule.js';

/** Replacements per node of the graph, and sweeps: rules that undo each other do not go on for ever. */
const MOST_PER_NODE = 50;
const MOST_SWEEPS = 100;

/**
 * Applies rules until none has anything to do, at most 50 times as often as the graph has nodes. What no output needs
 * any more goes; inputs stay.
 *
 * @throws InputError if a node does not fit what it reads.
 */
export function applyRules(graph: Graph, rules: readonly Rule[]): Graph {
  const sizes = new Map<string, Sizes>(graphSizes(graph));
  const constants = new Map<string, Constant>(graph.constants);
  const makers = new Map<string, GraphNode>();
  const readers = new Map<string, number>();
  const outputs = [...graph.outputs];
  let nodes = [...graph.nodes];
  let names = 0;

  const count = (tensor: string, change: number): void => {
    const left = (readers.get(tensor) ?? 0) + change;
    readers.set(tensor, left);
    const maker = makers.get(tensor);
    // What nothing reads reads nothing.
    if (left === 0 && change < 0 && maker !== undefined) {
      makers.delete(tensor);
      for (const input of maker.inputs) count(input, -1);
    }
  };
  const insert = (node: GraphNode): void => {
    makers.set(node.output, node);
    for (const input of node.inputs) count(input, 1);
  };
  nodes.forEach(insert);
  for (const output of outputs) count(output, 1);
  for (const node of [...nodes].reverse())
    if (makers.has(node.output) && (readers.get(node.output) ?? 0) === 0) drop(node);

  const view: View = {
    maker: (tensor) => makers.get(tensor),
    constant: (tensor) => constants.get(tensor),
    sizes: (tensor) => sizes.get(tensor) ?? [],
    readers: (tensor) => readers.get(tensor) ?? 0,
    fresh: () => {
      let name: string;
      do name = `~${++names}`;
      while (sizes.has(name));
      return name;
    },
  };

  function drop(node: GraphNode): void {
    makers.delete(node.output);
    for (const input of node.inputs) count(input, -1);
  }

  /** Takes the replacement in; the nodes that stand where the node stood. */
  function replace(node: GraphNode, by: Replacement): readonly GraphNode[] {
    if ('same' in by) {
      const { same } = by;
      nodes = nodes.map((reader) => {
        if (!reader.inputs.includes(node.output)) return reader;
        const next = {
          ...reader,
          inputs: reader.inputs.map((input) => (input === node.output ? same : input)),
        };
        if (makers.get(reader.output) === reader) makers.set(reader.output, next);
        return next;
      });
      outputs.forEach((output, k) => (outputs[k] = output === node.output ? same : output));
      readers.set(same, (readers.get(same) ?? 0) + (readers.get(node.output) ?? 0));
      readers.set(node.output, 0);
      drop(node);
      return [];
    }
    for (const [name, constant] of by.constants ?? []) {
      constants.set(name, constant);
      sizes.set(name, constant.sizes);
    }
    makers.delete(node.output);
    for (const made of by.nodes) {
      const read = made.inputs.map((input) => sizes.get(input) ?? []);
      sizes.set(made.output, outputSizes(made.operation, read, nodeTitle(made)));
      insert(made);
    }
    for (const input of node.inputs) count(input, -1);
    return by.nodes;
  }

  let left = MOST_PER_NODE * (graph.nodes.length + 10);
  for (let sweep = 0, changed = true; changed && sweep < MOST_SWEEPS; sweep++) {
    changed = false;
    for (let at = 0; at < nodes.length && left > 0;) {
      const node = nodes[at];
      if (node === undefined || makers.get(node.output) !== node) {
        nodes.splice(at, 1);
        continue;
      }
      const found = firstOf(rules, node, view);
      if (found === null) {
        at++;
        continue;
      }
      changed = true;
      left--;
      nodes.splice(at, 1, ...replace(node, found));
    }
    nodes = nodes.filter((node) => makers.get(node.output) === node);
  }
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs]);
  return {
    ...graph,
    nodes,
    outputs,
    constants: new Map([...constants].filter(([name]) => read.has(name))),
  };
}

function firstOf(rules: readonly Rule[], node: GraphNode, view: View): Replacement | null {
  for (const rule of rules) {
    const found = rule(node, view);
    if (found !== null) return found;
  }
  return null;
}
