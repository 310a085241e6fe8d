import { BuildError } from '../errors.js';
import type { Requantize } from '../network/index.js';
import { levelCount, type Levels } from '../quantize/levels.js';
import { fitted } from './accumulator-width.js';
import {
  integerStage,
  targetOf,
  type ComputingStage,
  type IntegerStage,
  type Target,
} from './integer-stage.js';

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
/** Squared errors that differ by less are both none. */
const EXACT = 1e-20;
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
  const target = targetOf(stage, from, options.requantize);
  const free = 'scale' in stage && stage.scale !== undefined;
  const step = target?.spacing?.step;
  if (step !== undefined) return inSteps(stage, from, step, target, options);
  const base = target === null ? 1 : free ? weightUnit(stage, from) : target.grid.dx;
  const coarsest = target === null ? COARSEST_LOGITS : 0;
  const found = finest(options, free, coarsest, (octaves, bits) => {
    const shift = free ? 0 : octaves;
    const unit = free ? wholeUnit(base, octaves) : base / 2 ** octaves;
    const candidate = fitted(integerStage(stage, from, unit, shift, target), from.map(levelCount), bits);
    return candidate === null ? null : [candidate];
  });
  if (found?.[0] !== undefined) return found[0];
  throw tooWide(`stage "${stage.name}"`, options);
}

/** The stage in units of a step of its sums: they and their thresholds are exact then, and no finer unit is of use. */
function inSteps(
  stage: ComputingStage,
  from: readonly Levels[],
  step: number,
  target: Target | null,
  options: ScaleOptions,
): IntegerStage {
  const exact = integerStage(stage, from, step, 0, target);
  const widths = options.accumulatorBits === undefined ? ([16, 32] as const) : [options.accumulatorBits];
  for (const bits of widths) {
    const found = fitted(exact, from.map(levelCount), bits);
    if (found !== null) return found;
  }
  throw tooWide(`stage "${stage.name}"`, options);
}

/** A stage that shares its weight levels with all others, and the levels of its input. */
export interface SharingStage {
  readonly stage: ComputingStage;
  readonly from: readonly Levels[];
}

/**
 * Stages with the same weight levels in integers, with one factor `K_w` per weight level for all of them: the unit of each
 * is the same share of the step of its input. Stages whose inputs have the same number of levels, and the same below 0,
 * so have the same product table.
 *
 * @throws BuildError if they do not fit the width with any unit.
 */
export function chooseSharedScale(
  stages: readonly SharingStage[],
  options: ScaleOptions,
): readonly IntegerStage[] {
  const found = finest(options, true, 0, (octaves, bits) => {
    const all = stages.map(({ stage, from }) => {
      const unit = wholeUnit(weightUnit(stage, from), octaves);
      return fitted(
        integerStage(stage, from, unit, 0, targetOf(stage, from, options.requantize)),
        from.map(levelCount),
        bits,
      );
    });
    return all.every((one) => one !== null) ? all : null;
  });
  if (found !== null) return found;
  throw tooWide('stages that share one product table', options);
}

type Attempt = (octaves: number, bits: 16 | 32) => readonly IntegerStage[] | null;

/**
 * The finest attempt that succeeds, counted in octaves below the base; where any unit will do, the one of its octave with
 * the least error. 16 bits are enough where they leave the precision wanted.
 */
function finest(
  options: ScaleOptions,
  free: boolean,
  coarsest: number,
  attempt: Attempt,
): readonly IntegerStage[] | null {
  const within = (bits: 16 | 32): readonly IntegerStage[] | null => {
    for (let octaves = FINEST; octaves >= coarsest; octaves--) {
      const found = attempt(octaves, bits);
      if (found === null) continue;
      if (!free) return found;
      const octave = Array.from({ length: PER_OCTAVE }, (_, k) => attempt(octaves + k / PER_OCTAVE, bits));
      return octave.reduce<readonly IntegerStage[]>(
        (best, other) => (other !== null && errorOf(other) < errorOf(best) - EXACT ? other : best),
        found,
      );
    }
    return null;
  };
  const narrow = options.accumulatorBits === 32 ? null : within(16);
  const fine = narrow?.every((stage) => stage.finest >= LEAST_FINENESS) === true;
  if (narrow !== null && (options.accumulatorBits === 16 || fine)) return narrow;
  return options.accumulatorBits === 16 ? null : within(32);
}

const errorOf = (stages: readonly IntegerStage[]): number =>
  stages.reduce((sum, { error }) => sum + error, 0);

function tooWide(where: string, { accumulatorBits }: ScaleOptions): BuildError {
  return new BuildError(`its sums do not fit ${accumulatorBits ?? 32} bits`, {
    where,
    next: 'Allow wider accumulators, or use fewer activation levels.',
  });
}

/** About `base / 2^octaves`, and such that `base`, the largest product of a step, is a whole number of units. */
const wholeUnit = (base: number, octaves: number): number => base / Math.round(2 ** octaves);

/** The largest product of a weight level with a step of its input: a natural size to measure accumulators by. */
function weightUnit(stage: ComputingStage, [first]: readonly Levels[]): number {
  const weights = 'weightLevels' in stage ? stage.weightLevels : [1];
  const most = weights.reduce((sum, weight) => Math.max(sum, Math.abs(weight)), 0);
  const step =
    first === undefined ? 1 : 'step' in first ? first.step : Math.max(...first.values.map(Math.abs));
  return most * step || 1;
}
