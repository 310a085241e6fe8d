import {
  hull,
  productForm,
  productTableOf,
  type AccumulatorBounds,
  type AnalysedStage,
  type ProductForm,
  type Requantize,
  type TableNetwork,
  type WeightedStage,
} from '../../network/index.js';
import { isInFirstSegment, levelRuns, runSteps, type RunKind } from './level-runs.js';
import { packedWindow, type PackedWindow } from './packed-window.js';
import { horner, shiftAdd, type ShiftAdd } from './shift-add.js';
import { steppedRequantize } from './stepped-requantize.js';
import { unsignedRequantize, type LevelRule } from './unsigned-requantize.js';

/** A convolution as sums over weight levels (firmware-templates/engine/level_sums.h), in numbers; nothing of it is C yet. */
export interface LevelSums {
  readonly stage: WeightedStage;
  readonly pool: 1 | 2;
  /** Null for a dense stage, whose activations are words as they are. */
  readonly window: PackedWindow | null;
  readonly lanes: 4 | 1;
  readonly kinds: readonly RunKind[];
  /** Whether a run has places that are taken away before those that are added. */
  readonly signed: boolean;
  /** What a signed run's sums begin with, so that they are never negative. */
  readonly ground: number;
  /** Whether weighed sums fit 16 bits without what they begin with: then those of lanes 1 and 3 follow from those of all. */
  readonly oddFromAll: boolean;
  /** Places of a filter, with weights that are not zero. */
  readonly places: number;
  /** Per filter and run: how many places, then the steps between them. */
  readonly runs: readonly (readonly (readonly number[])[])[];
  /** Per filter: what a sum begins with, modulo the width of a pair. */
  readonly base: readonly number[];
  readonly requantize: LevelRule;
  readonly weigh: ShiftAdd;
  /** How many runs a filter has whose sums are doubled from run to run and fit a byte, as those may be of steps; 0: there is none. */
  readonly chain: number;
  /** Whether weighed sums fit 7 bits, so that they stay in the bytes of a word and are compared with thresholds there. */
  readonly narrow: boolean;
  /** A step is a multiple of 2^unit words. */
  readonly unit: number;
}

/** Runs shorter than this are not worth it. */
const SHORTEST_LIMIT = 4;
const LARGEST_NARROW = 127;
const MOST_NARROW_THRESHOLDS = 15;
const MOST_RUNS = 60;
const LARGEST_PAIRED = 65_535;
/** Places that a list can count. */
const LONGEST_LIST = 255;

interface Sums {
  readonly factors: readonly number[];
  /** Per filter: what is added to the weighed sums of activations. */
  readonly starts: readonly number[];
  readonly bounds: Pick<AccumulatorBounds, 'channels' | 'final'>;
  readonly requantize: Requantize;
}

/**
 * The stage's sums without the factor that all its weight levels have in common, and without bias, where thresholds can be moved instead:
 * bias + g s >= t means s >= ceil((t - bias) / g). Shift tables are left as they are.
 */
function commonFactor(
  stage: WeightedStage,
  { factors, zero }: ProductForm,
  bounds: AccumulatorBounds,
  requantize: Requantize,
): Sums {
  const perFilter = stage.weights.length / stage.bias.length;
  const starts = stage.bias.map((bias, filter) => {
    const weights = stage.weights.slice(filter * perFilter, (filter + 1) * perFilter);
    return bias - zero * weights.reduce((sum, weight) => sum + (factors[weight] ?? 0), 0);
  });
  const common = factors.reduce(greatestDivisor, 0);
  if (requantize.kind === 'shiftTable' || common === 0) return { factors, starts, bounds, requantize };
  const channels = bounds.channels.map(({ min, max }, filter) => {
    const start = starts[filter] ?? 0;
    return { min: (min - start) / common, max: (max - start) / common };
  });
  return {
    factors: factors.map((factor) => factor / common),
    starts: starts.map(() => 0),
    bounds: { channels, final: hull(channels) },
    requantize: {
      kind: 'thresholds',
      values: requantize.values.map((row, filter) =>
        row.map((value) => Math.ceil((value - (starts[filter] ?? 0)) / common)),
      ),
    },
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestDivisor(b, a % b);
}

/** Whether sums fit 7 bits and their thresholds are few: then they need no more than the bytes of a word. */
function areFewAndSmall(by: LevelRule, { channels }: Sums['bounds']): boolean {
  return (
    by.kind === 'thresholds' &&
    (by.values[0]?.length ?? 0) <= MOST_NARROW_THRESHOLDS &&
    channels.every(({ min, max }) => max - min <= LARGEST_NARROW)
  );
}

/** How many factors there are, if they are 1, 2, 4, ... or their negatives and none is left out; else 0. */
function chainOf(factors: readonly number[]): number {
  const sizes = new Set(factors.filter((factor) => factor !== 0).map(Math.abs));
  const all = Array.from({ length: sizes.size }, (_, k) => 2 ** k);
  return all.every((size) => sizes.has(size)) ? sizes.size : 0;
}

/** The largest power of two, up to 2^8, that divides all places. */
function commonUnit(places: readonly number[]): number {
  const divides = (unit: number): boolean => places.every((place) => place % 2 ** unit === 0);
  return [8, 7, 6, 5, 4, 3, 2, 1].find(divides) ?? 0;
}

/** Names of the runs' sums in C: a, b, c, ... */
export function runNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, k) => (count <= 26 ? String.fromCharCode(97 + k) : `s${k}`));
}

/**
 * Lays out a convolution, or a depthwise one, as sums over weight levels; tells why where that cannot be. `lanes`: activations
 * per word, 4 or 1. With `pool` 2 the stage puts out what 2 x 2 max pooling makes of it.
 */
export function levelSums(
  network: TableNetwork,
  analysed: AnalysedStage,
  lanes: 4 | 1,
  pool: 1 | 2 = 1,
): LevelSums | string {
  const { stage, inputs } = analysed;
  if (!('weights' in stage)) return 'it has no weights';
  if (stage.kind === 'dense' && lanes !== 1) return 'it has a single position';
  const form = productForm(productTableOf(network, stage));
  if (form === null) return 'its product table is not one of exact products';
  if (stage.requantize === null || analysed.bounds === null) return 'its sums are the logits';
  const sums = commonFactor(stage, form, analysed.bounds, stage.requantize);
  const largest = Math.max(1, (inputs[0]?.levels ?? 1) - 1);
  const longest = Math.floor(255 / largest);
  if (longest < SHORTEST_LIMIT) return `only ${longest} of its activations add up to less than 256`;
  const used = [...new Set(stage.weights.map((weight) => sums.factors[weight] ?? 0))];
  if (used.every((factor) => factor === 0)) return 'all its weights are zero';

  const window = stage.kind === 'dense' ? null : packedWindow(analysed, stage, lanes, pool);
  const filters = stage.bias.length;
  const inWindow = window?.places ?? stage.weights.slice(0, stage.weights.length / filters).map((_, i) => i);
  const unit = lanes === 1 ? 0 : commonUnit(inWindow);
  const places = inWindow.map((place) => place / 2 ** unit);
  const chain = places.every(isInFirstSegment) ? chainOf(used) : 0;
  const steps = lanes === 4 ? steppedRequantize(sums.bounds, sums.requantize, chain > 0) : null;
  const requantize = steps ?? unsignedRequantize(sums.bounds, sums.requantize);
  if (typeof requantize === 'string') return requantize;
  const { by, offsets } = requantize;
  const narrow = lanes === 4 && pool === 1 && areFewAndSmall(by, sums.bounds);
  const signed =
    lanes === 4 && (steps !== null || used.some((factor) => factor > 0 && used.includes(-factor)));
  const sort = (most: number) => levelRuns(stage.weights, filters, sums.factors, places, most, signed);
  // Narrow sums are right in the end, whatever lanes carry into each other on the way.
  const anyLength = 2 * inWindow.length;
  const { kinds, runs, mostMinus } = sort(narrow ? Math.min(anyLength, LONGEST_LIST) : longest);
  if (kinds.length > MOST_RUNS) return `its filters would have ${kinds.length} runs each`;
  const isNarrow = (filter: number): boolean => narrow || steps?.by.narrow[filter] === true;
  const chains = steps?.by.narrow.includes(true) === true ? sort(anyLength) : null;
  const ground = narrow ? 0 : mostMinus * largest;
  const grounds = kinds.reduce((sum, { factor }) => sum + factor * ground, 0);
  const base = sums.starts.map((start, filter) => {
    const value = start + (offsets[filter] ?? 0);
    if (lanes === 1) return Number(BigInt.asUintN(16, BigInt(value)));
    const [lane, mark, repeated] = isNarrow(filter) ? [0, 0x80, 0x0101_0101] : [grounds, 0x8000, 0x0001_0001];
    const marked = value - lane + (steps === null ? 0 : mark);
    return Number(BigInt.asUintN(32, BigInt(marked) * BigInt(repeated)));
  });
  const distinct = [...new Set(kinds.map(({ factor }) => factor))];
  const names = runNames(distinct.length);
  return {
    stage,
    pool,
    window,
    lanes,
    kinds,
    signed,
    ground,
    oddFromAll: signed && kinds.reduce((sum, { factor }) => sum + 255 * factor, 0) <= LARGEST_PAIRED,
    chain: chains === null ? 0 : chain,
    places: runs.flat().reduce((sum, run) => sum + run.plus.length + run.minus.length, 0),
    runs: runs.map((own, filter) =>
      chains !== null && isNarrow(filter)
        ? runSteps(chains.runs[filter] ?? [], chains.kinds, true)
        : runSteps(own, kinds, signed),
    ),
    base,
    requantize: by,
    weigh: lanes === 1 ? horner(distinct, names) : shiftAdd(distinct, names),
    narrow,
    unit,
  };
}
