import {
  elements,
  evaluateOperation,
  MOST_ELEMENTS,
  outputSizes,
  problem,
  type Constant,
  type GraphNode,
  type Operation,
} from '../../graph/index.js';
import { movedGrid, plain } from './levels.js';
import { stored } from './tensors.js';
import type { Apply, KnownValue, TensorValue } from './value.js';

const LONGEST_RANK = 16;

/** A graph that grows: nodes in order, and the constants that they read. */
export interface Builder {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** The name of a tensor in the graph, or of a constant, which is put there. */
  readonly nameOf: (value: TensorValue | KnownValue) => string;
  /** Applies operations in the name of one node of the file. */
  readonly applyFor: (name: string, where: string) => Apply;
  /** Counts values that are made: there is a limit to all of them together. */
  readonly spend: (count: number, where: string) => void;
}

/** @param taken - names that the file uses itself; other tensors get other names. */
export function createBuilder(taken: ReadonlySet<string>): Builder {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Constant>();
  let [serial, total] = [0, 0];

  const freshName = (base: string): string => {
    for (;;) {
      const name = `${base}~${++serial}`;
      if (!taken.has(name)) return name;
    }
  };
  const spend = (count: number, where: string): void => {
    total += count;
    if (total > MOST_ELEMENTS) {
      throw problem(
        `all tensors up to here have more than the ${MOST_ELEMENTS} values that are supported`,
        where,
      );
    }
  };
  const nameOf = (value: TensorValue | KnownValue): string => {
    if (value.kind === 'tensor') return value.name;
    const there = constants.get(value.name);
    if (there?.values === value.values && there.sizes === value.sizes) return value.name;
    const name = there === undefined && taken.has(value.name) ? value.name : freshName(value.name);
    constants.set(name, { sizes: value.sizes, values: value.values });
    return name;
  };
  const applyFor = (name: string, where: string): Apply => {
    const apply: Apply = (operation, inputs, type = inputs[0]?.type ?? 1) => {
      const [first] = inputs;
      if (first?.kind === 'grid') {
        const moved = movedGrid(first, operation, where);
        if (moved !== null) return moved;
      }
      const known = inputs.filter((input) => input.kind === 'known');
      if (known.length === inputs.length && isCheap(operation)) {
        for (const input of known) spend(elements(input.sizes), where);
        const { sizes, values } = evaluateOperation(operation, known, where);
        spend(values.length, where);
        const [{ name: base } = { name }] = known;
        return { kind: 'known', type, sizes, values: stored(values, type), name: base };
      }
      const plainInputs = inputs.map((input) => plain(input, apply));
      const sizes = outputSizes(
        operation,
        plainInputs.map((input) => input.sizes),
        where,
      );
      if (sizes.length > LONGEST_RANK) throw problem(`a tensor of ${sizes.length} axes`, where);
      spend(elements(sizes), where);
      const output = freshName(name);
      nodes.push({ name, operation, inputs: plainInputs.map(nameOf), output });
      return { kind: 'tensor', type, sizes, name: output };
    };
    return apply;
  };
  return { nodes, constants, nameOf, applyFor, spend };
}

/** Windows and products of weights alone are left to the graph: nothing here may take long. */
function isCheap({ kind }: Operation): boolean {
  return !['conv2d', 'maxPool', 'averagePool', 'matmul', 'quantize'].includes(kind);
}
