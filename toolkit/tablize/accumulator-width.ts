import {
  accumulatorBounds,
  FORMAT,
  INPUT,
  type AccumulatorBounds,
  type ProductTable,
  type Stage,
  type TableNetwork,
} from '../network/index.js';
import type { IntegerStage } from './integer-stage.js';
import { withinReach } from './requantization.js';

/**
 * The stage, if every accumulator, in whatever order it is summed and once the offset is added, is proven to fit `bits`
 * and every table entry 16 (finer entries would only make tables larger); else null. Thresholds out of reach are moved
 * to the edge of what is reached, so that they fit too; those that are a power of two apart stay where they are if they fit 32.
 *
 * @param levels - number of activation levels of each input.
 */
export function fitted(
  candidate: IntegerStage,
  levels: readonly number[],
  bits: 16 | 32,
): IntegerStage | null {
  const { stage, products } = candidate;
  const requantize = 'requantize' in stage ? stage.requantize : null;
  const offset = requantize?.kind === 'shiftTable' ? requantize.offset : 0;
  if (largest(tablesOf(stage, products)) >= 2 ** 15) return null;
  // Coarse, but it keeps all that follows within 32 bits.
  if (largestSum(stage, products) + Math.abs(offset) >= 2 ** 31 - 1) return null;
  const bounds = boundsOf(candidate, levels);
  if (bounds === null) return candidate;
  const { partial, final } = bounds;
  const limit = 2 ** (bits - 1);
  const reached = [partial.min, partial.max, final.min, final.max, final.min + offset, final.max + offset];
  if (reached.some((value) => value < -limit || value >= limit)) return null;
  if (requantize?.kind !== 'thresholds' || !('requantize' in stage)) return candidate;
  if (final.max + 1 >= limit) return null;
  return {
    ...candidate,
    stage: { ...stage, requantize: withinReach(requantize, final.min, final.max, candidate.spaced) },
  };
}

function boundsOf({ stage, products }: IntegerStage, levels: readonly number[]): AccumulatorBounds | null {
  const shape = [1, 1, 1] as const;
  return accumulatorBounds(
    { ...NO_NETWORK, products: products === null ? {} : { [stage.name]: products } },
    {
      stage,
      inputs: levels.map((count) => ({ name: INPUT, shape, levels: count })),
      output: { name: stage.name, shape, levels: null },
    },
  );
}

function tablesOf(stage: Stage, products: ProductTable | null): readonly number[] {
  if (stage.kind === 'add') return stage.values.flat();
  return stage.kind === 'averagePool' ? stage.values : (products?.values ?? []);
}

/** No accumulator of the stage can be larger than this, whatever its sign. */
function largestSum(stage: Stage, products: ProductTable | null): number {
  const entry = largest(tablesOf(stage, products));
  if (stage.kind === 'averagePool') return stage.window[0] * stage.window[1] * entry;
  if (stage.kind === 'add') return stage.values.length * entry;
  if (!('weights' in stage)) return 0;
  return (stage.weights.length / stage.bias.length) * entry + largest(stage.bias);
}

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** `accumulatorBounds` reads nothing of a network but its product tables. */
const NO_NETWORK: TableNetwork = {
  format: FORMAT,
  name: 'none',
  input: { shape: [1, 1, 1], levels: 1, table: [] },
  products: {},
  stages: [],
  output: { labels: [] },
  provenance: {
    sourceHash: null,
    schemes: { activations: '', weights: '' },
    seed: null,
    floatAccuracy: null,
    testPictures: null,
    command: null,
  },
};
