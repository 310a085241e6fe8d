import { analyse } from './analyse.js';
import type { TableNetwork } from './table-network.js';

/** The figures by which networks are compared. */
export interface NetworkFigures {
  readonly macs: number;
  /** Entries of the largest product table that a stage uses: the paper's measure. */
  readonly tableEntries: number;
  /** Entries of all product tables together. */
  readonly totalTableEntries: number;
  /** Largest |A| and |W| over the product tables. */
  readonly activationLevels: number;
  readonly weightLevels: number;
  readonly weights: number;
}

export function measureNetwork(network: TableNetwork): NetworkFigures {
  const tables = Object.values(network.products);
  const largest = (values: readonly number[]): number => Math.max(0, ...values);
  return {
    macs: analyse(network).macs,
    tableEntries: largest(tables.map(({ activations, weights }) => activations * weights)),
    totalTableEntries: tables.reduce((sum, { values }) => sum + values.length, 0),
    activationLevels: largest(tables.map(({ activations }) => activations)),
    weightLevels: largest(tables.map(({ weights }) => weights)),
    weights: network.stages.reduce((sum, stage) => sum + ('weights' in stage ? stage.weights.length : 0), 0),
  };
}
