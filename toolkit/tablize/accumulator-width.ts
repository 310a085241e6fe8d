import {
  accumulatorBounds,
  FORMAT,
  INPUT,
  signedBits,
  type ProductTable,
  type Stage,
  type TableNetwork,
} from '../network/index.js';
import type { Levels } from '../quantize/levels.js';
import type { IntegerStage } from './integer-stage.js';

/**
 * Whether every accumulator, in whatever order it is summed and once the offset is added, is proven to fit `bits`, and
 * every table entry 16: finer entries would only make tables larger.
 */
export function fitsWidth({ stage, products }: IntegerStage, from: Levels, bits: 16 | 32): boolean {
  const requantize = 'requantize' in stage ? stage.requantize : null;
  const offset = requantize?.kind === 'shiftTable' ? requantize.offset : 0;
  if (largest(tableOf(stage, products)) >= 2 ** 15) return false;
  // Coarse, but it keeps all that follows within 32 bits.
  if (largestSum(stage, products) + offset >= 2 ** 31) return false;
  if (bits === 32) return true;
  const shape = [1, 1, 1] as const;
  const bounds = accumulatorBounds(
    { ...NO_NETWORK, products: products === null ? {} : { [stage.name]: products } },
    {
      stage,
      inputs: [{ name: INPUT, shape, levels: from.count }],
      output: { name: stage.name, shape, levels: null },
    },
  );
  if (bounds === null) return true;
  const shifted = { min: bounds.final.min + offset, max: bounds.final.max + offset };
  return [bounds.partial, bounds.final, shifted].every((interval) => signedBits(interval) === 16);
}

function tableOf(stage: Stage, products: ProductTable | null): readonly number[] {
  return stage.kind === 'averagePool' ? stage.values : (products?.values ?? []);
}

/** No accumulator of the stage can be larger than this, whatever its sign. */
function largestSum(stage: Stage, products: ProductTable | null): number {
  const entry = largest(tableOf(stage, products));
  if (stage.kind === 'averagePool') return stage.window[0] * stage.window[1] * entry;
  if (stage.kind !== 'dense' && stage.kind !== 'conv2d') return 0;
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
