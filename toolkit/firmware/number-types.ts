import { requantizeOf, type AnalysedStage, type Interval, type TableNetwork } from '../network/index.js';
import { hull, range } from '../network/index.js';
import { integerType, type IntegerType } from './c-text.js';

/** The C types of a network's numbers, from bounds that hold for every picture. */
export interface NumberTypes {
  /** Of accumulators, biases, thresholds and value tables: 16 bits where no sum needs more. */
  readonly sum: 'int16_t' | 'int32_t';
  /** Of product table entries. */
  readonly product: IntegerType;
}

/** All values that the C code of a stage holds in a sum; a threshold is clamped to one more than the largest sum. */
function sumInterval({ stage, bounds }: AnalysedStage): Interval | null {
  if (bounds === null) return null;
  const { partial, final } = bounds;
  const requantize = requantizeOf(stage);
  if (requantize?.kind === 'shiftTable') {
    const { offset } = requantize;
    return hull([
      partial,
      { min: offset, max: offset },
      { min: final.min + offset, max: final.max + offset },
    ]);
  }
  return requantize?.kind === 'thresholds'
    ? hull([partial, { min: partial.min, max: final.max + 1 }])
    : partial;
}

/** `held`: what kernels hold in sums besides. */
export function numberTypes(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  held: readonly Interval[] = [],
): NumberTypes {
  const sums = [...stages.map(sumInterval).filter((interval) => interval !== null), ...held];
  const products = Object.values(network.products).map(({ values }) => range(values));
  return {
    sum: integerType(hull(sums)) === 'int32_t' ? 'int32_t' : 'int16_t',
    product: products.length === 0 ? 'int8_t' : integerType(hull(products)),
  };
}
