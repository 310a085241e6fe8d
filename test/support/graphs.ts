import type { Constant, Graph, GraphNode, Operation, Sizes } from '../../toolkit/graph/index.js';

/** What a node gives, its operation, and what it reads. */
export type Line = readonly [output: string, operation: Operation, ...inputs: string[]];

export const values = (sizes: Sizes, of: (i: number) => number): Constant => ({
  sizes,
  values: Float32Array.from({ length: sizes.reduce((product, size) => product * size, 1) }, (_, i) => of(i)),
});

/** Different numbers, none of them round. */
export const weights = (...sizes: number[]): Constant => values(sizes, (i) => Math.sin(7 * i + 1) / 2);

/** A graph of the input "x", which gives what its last node does. */
export function graph(
  sizes: Sizes,
  constants: Readonly<Record<string, Constant>>,
  ...lines: readonly Line[]
): Graph {
  const nodes = lines.map(([output, operation, ...inputs]): GraphNode => ({
    name: `/${output}/Op`,
    operation,
    inputs,
    output,
  }));
  return {
    name: 'small',
    inputs: [{ name: 'x', sizes, byte: null }],
    nodes,
    constants: new Map(Object.entries(constants)),
    outputs: [nodes.at(-1)?.output ?? 'x'],
    labels: null,
  };
}
