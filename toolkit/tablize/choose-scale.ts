import { BuildError } from '../errors.js';
import type { Requantize } from '../network/index.js';
import { levelCount, type Levels } from '../quantize/levels.js';
import { fitted } from './accumulator-width.js';
import { integerStage, targetOf, type ComputingStage, type IntegerStage } from './integer-stage.js';

export interface ScaleOptions {
  /** Width that every accumulator is proven to fit. Without it: 16 where enough precision remains, else 32. */
  readonly accumulatorBits?: 16 | 32;
  /**
   * How accumulators become indices: by an activation table (the default) or by comparison with thresholds. Stages with
   * a scale per channel have thresholds always.
   */
  readonly requantize?: Requantize['kind'];
}

/** Finest and coarsest scales tried, as shifts; only logits, which are not shifted, may be coarser than 0. */
const FINEST = 20;
const COARSEST_LOGITS = -8;
/** Units per octave that are tried where a unit may be any real number. */
const PER_OCTAVE = 16;
/**
 * The least precision for 16 bits, in accumulator units of the smallest factor other than 0: rounded to an integer
 * it is then off by an eighth at the most.
 */
const LEAST_FINENESS = 4;

/**
 * The stage in integers, with the finest accumulator unit for which every accumulator fits the width and every table
 * entry 16 bits. With an activation table the unit is `dx / 2^shift`, so that requantization is a shift; with a scale
 * per channel the thresholds take up any unit, and of the finest octave the one is taken that rounds the weights best.
 *
 * @throws BuildError if the stage does not fit the width with any unit.
 */
export function chooseScale(
  stage: ComputingStage,
  from: readonly Levels[],
  options: ScaleOptions,
): IntegerStage {
  const target = targetOf(stage, options.requantize);
  const free = 'scale' in stage && stage.scale !== undefined;
  const base = target === null ? 1 : free ? weightUnit(stage, from) : target.grid.dx;
  const counts = from.map(levelCount);
  const attempt = (unit: number, shift: number, bits: 16 | 32): IntegerStage | null =>
    fitted(integerStage(stage, from, unit, shift, target), counts, bits);
  const finestThatFits = (bits: 16 | 32): IntegerStage | null => {
    for (let shift = FINEST; shift >= (target === null ? COARSEST_LOGITS : 0); shift--) {
      const found = attempt(base / 2 ** shift, shift, bits);
      if (found === null) continue;
      if (!free) return found;
      const octave = Array.from({ length: PER_OCTAVE }, (_, k) =>
        attempt(base / 2 ** (shift + k / PER_OCTAVE), 0, bits),
      );
      return octave.reduce<IntegerStage>(
        (best, other) => (other !== null && other.error < best.error ? other : best),
        found,
      );
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

/** The largest product of a weight level with a step of its input: a natural size to measure accumulators by. */
function weightUnit(stage: ComputingStage, [first]: readonly Levels[]): number {
  const weights = 'weightLevels' in stage ? stage.weightLevels : [1];
  const most = weights.reduce((sum, weight) => Math.max(sum, Math.abs(weight)), 0);
  const step =
    first === undefined ? 1 : 'step' in first ? first.step : Math.max(...first.values.map(Math.abs));
  return most * step || 1;
}
