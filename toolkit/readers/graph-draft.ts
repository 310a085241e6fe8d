import { InputError } from '../errors.js';
import {
  checkElements,
  elements,
  evaluateOperation,
  MOST_ELEMENTS,
  nodeTitle,
  outputSizes,
  quoted,
  type Constant,
  type Graph,
  type GraphInput,
  type GraphNode,
  type Operation,
  type Sizes,
} from '../graph/index.js';

/** A graph that a reader builds node by node. */
export interface GraphDraft {
  readonly sizes: (tensor: string) => Sizes;
  /** The values of a tensor that is a constant; null for others. */
  readonly constant: (tensor: string) => Constant | null;
  /** Adds an input under this name or one like it; gives its name. */
  readonly addInput: (input: GraphInput) => string;
  /** Adds a constant under this name or one like it; gives its name. */
  readonly addConstant: (name: string, constant: Constant) => string;
  /**
   * Adds a node; gives the name of its output, which is `name` or one like it. What is made of a few integers only
   * is computed at once: sizes that a network works out for itself become constants.
   *
   * @throws InputError if the operation does not fit its inputs or too much is made.
   */
  readonly add: (name: string, operation: Operation, inputs: readonly string[]) => string;
  /** The graph, without what its outputs do not need. */
  readonly finish: (outputs: readonly string[], labels: readonly string[] | null) => Graph;
}

/** The most values of a constant that is computed while reading. */
const MOST_FOLDED = 4096;

/** @param graphName - name of the graph; @param where - what errors call its file. */
export function draftGraph(graphName: string, where: string): GraphDraft {
  const inputs: GraphInput[] = [];
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Constant>();
  const sizes = new Map<string, Sizes>();
  /** How often a name was wanted. */
  const wanted = new Map<string, number>();
  let total = 0;

  const register = (name: string, of: Sizes): string => {
    checkElements(of, `tensor ${quoted(name)} of ${where}`);
    total += elements(of);
    if (total > MOST_ELEMENTS) {
      throw new InputError(`its tensors have more than ${MOST_ELEMENTS} values together`, {
        where,
        next: 'Give a network that is made for small devices.',
      });
    }
    const given = unique(name);
    sizes.set(given, of);
    return given;
  };
  const unique = (name: string): string => {
    for (;;) {
      const count = (wanted.get(name) ?? 0) + 1;
      wanted.set(name, count);
      const candidate = count === 1 ? name : `${name}#${count}`;
      if (!sizes.has(candidate)) return candidate;
    }
  };
  const sizesOf = (tensor: string): Sizes => {
    const found = sizes.get(tensor);
    if (found !== undefined) return found;
    throw new InputError(`nothing gives the tensor ${quoted(tensor)}`, { where });
  };
  const addConstant = (name: string, constant: Constant): string => {
    const given = register(name, constant.sizes);
    constants.set(given, constant);
    return given;
  };

  return {
    sizes: sizesOf,
    constant: (tensor) => constants.get(tensor) ?? null,
    addInput: (input) => {
      const name = register(input.name, input.sizes);
      inputs.push({ ...input, name });
      return name;
    },
    addConstant,
    add: (name, operation, read) => {
      const title = `${nodeTitle({ name, operation, output: name })} of ${where}`;
      const given = outputSizes(operation, read.map(sizesOf), title);
      const known = read.flatMap((tensor) => constants.get(tensor) ?? []);
      const folds =
        known.length === read.length &&
        known.every(({ values }) => values instanceof Int32Array && values.length <= MOST_FOLDED) &&
        elements(given) <= MOST_FOLDED;
      if (folds) return addConstant(name, evaluateOperation(operation, known, title));
      const output = register(name, given);
      nodes.push({ name, operation, inputs: read, output });
      return output;
    },
    finish: (outputs, labels) => {
      const needed = new Set(outputs);
      const kept: GraphNode[] = [];
      for (const node of nodes.toReversed()) {
        if (!needed.has(node.output)) continue;
        kept.push(node);
        for (const tensor of node.inputs) needed.add(tensor);
      }
      return {
        name: graphName,
        inputs,
        nodes: kept.reverse(),
        constants: new Map([...constants].filter(([name]) => needed.has(name))),
        outputs,
        labels,
      };
    },
  };
}
