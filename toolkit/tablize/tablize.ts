import { BuildError } from '../errors.js';
import { FORMAT, INPUT, type Requantize, type TableNetwork } from '../network/index.js';
import type { Levels } from '../quantize/levels.js';
import type { QuantizedModel } from '../quantize/quantized-model.js';
import { fitsWidth } from './accumulator-width.js';
import { integerStage, type ComputingStage, type IntegerStage } from './integer-stage.js';

export interface TablizeOptions {
  /** Width that every accumulator is proven to fit. Without it: 16 where enough precision remains, else 32. */
  readonly accumulatorBits?: 16 | 32;
  /** How accumulators become indices: by a shift (the default), or by comparison with thresholds. */
  readonly requantize?: Requantize['kind'];
}

/** Finest and coarsest scales tried, as shifts; only logits, which are not shifted, may be coarser than 0. */
const FINEST = 20;
const COARSEST_LOGITS = -8;
/**
 * The least precision for 16 bits, in accumulator units of the smallest factor other than 0: rounded to an integer
 * it is then off by an eighth at the most.
 */
const LEAST_FINENESS = 4;

/**
 * Turns learned levels into integers: a product table, biases and a requantization per stage.
 *
 * An accumulator counts in units of `step_out / 2^shift`, so that requantization is a shift. The shift is the largest
 * for which every accumulator fits the width and every table entry 16 bits.
 *
 * @throws BuildError if a stage does not fit the width with any shift.
 */
export function tablize(model: QuantizedModel, options: TablizeOptions = {}): TableNetwork {
  const levels = new Map<string, Levels>([[INPUT, model.input.levels]]);
  const tabled = model.stages.map((stage) => {
    const from = levels.get(stage.input);
    if (from === undefined) throw new BuildError(`stage "${stage.name}" reads the unknown "${stage.input}"`);
    if (stage.kind === 'maxPool') {
      levels.set(stage.name, from);
      return { stage, products: null };
    }
    if (stage.levels !== null) levels.set(stage.name, stage.levels);
    return chooseScale(stage, from, options);
  });
  return {
    format: FORMAT,
    name: model.name,
    input: { shape: model.input.shape, levels: model.input.levels.count, table: model.input.table },
    products: Object.fromEntries(
      tabled.flatMap(({ stage, products }) => (products === null ? [] : [[stage.name, products]])),
    ),
    stages: tabled.map(({ stage }) => stage),
    output: { labels: model.labels },
    provenance: model.provenance,
  };
}

function chooseScale(stage: ComputingStage, from: Levels, options: TablizeOptions): IntegerStage {
  const finestThatFits = (bits: 16 | 32): IntegerStage | null => {
    for (let shift = FINEST; shift >= (stage.levels === null ? COARSEST_LOGITS : 0); shift--) {
      const candidate = integerStage(stage, from, shift, options.requantize ?? 'shiftTable');
      if (fitsWidth(candidate, from, bits)) return candidate;
    }
    return null;
  };
  const narrow = options.accumulatorBits === 32 ? null : finestThatFits(16);
  if (narrow !== null && (options.accumulatorBits === 16 || narrow.finest >= LEAST_FINENESS)) return narrow;
  const wide = options.accumulatorBits === 16 ? null : finestThatFits(32);
  if (wide !== null) return wide;
  throw new BuildError(`its sums do not fit ${options.accumulatorBits ?? 32} bits`, {
    where: `stage "${stage.name}"`,
    next: 'Allow wider accumulators, or use fewer activation levels.',
  });
}
