import {
  productForm,
  productTableOf,
  type AnalysedStage,
  type TableNetwork,
  type WeightedStage,
} from '../../network/index.js';
import { firstRuns, levelRuns, runSteps } from './level-runs.js';
import { packedWindow, type PackedWindow } from './packed-window.js';
import { horner, shiftAdd, type ShiftAdd } from './shift-add.js';
import { unsignedRequantize, type UnsignedRequantize } from './unsigned-requantize.js';

/** A convolution as sums over weight levels (firmware-templates/engine/level_sums.h), in numbers; nothing of it is C yet. */
export interface LevelSums {
  readonly stage: WeightedStage;
  readonly pool: 1 | 2;
  /** Null for a dense stage, whose activations are words as they are. */
  readonly window: PackedWindow | null;
  readonly lanes: 4 | 1;
  readonly factors: readonly number[];
  /** Per filter and run: how many places, then the steps between them. */
  readonly runs: readonly (readonly (readonly number[])[])[];
  /** Per filter: what a sum begins with, modulo the width of a pair. */
  readonly base: readonly number[];
  readonly requantize: UnsignedRequantize['by'];
  readonly weigh: ShiftAdd;
  /** A step is a multiple of 2^unit words. */
  readonly unit: number;
  /** Whether some step, or the length of a run, does not fit a byte. */
  readonly wide: boolean;
}

/** Runs shorter than this are not worth it. */
const SHORTEST_LIMIT = 4;
/** Bits of `first` in C. */
const MOST_RUNS = 32;
const LARGEST_STEP = 65_535;

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
  const requantize = unsignedRequantize(analysed, stage.requantize);
  if (typeof requantize === 'string') return requantize;
  const longest = Math.floor(255 / Math.max(1, (inputs[0]?.levels ?? 1) - 1));
  if (longest < SHORTEST_LIMIT) return `only ${longest} of its activations add up to less than 256`;

  const window = stage.kind === 'dense' ? null : packedWindow(analysed, stage, lanes, pool);
  const perFilter = stage.weights.length / stage.bias.length;
  const inWindow = window?.places ?? Array.from({ length: perFilter }, (_, i) => i);
  const unit = lanes === 1 ? 0 : commonUnit(inWindow);
  const places = inWindow.map((place) => place / 2 ** unit);
  const sorted = levelRuns(stage.weights, stage.bias.length, form, places, longest);
  if (sorted.factors.length === 0) return 'all its weights are zero';
  if (sorted.factors.length > MOST_RUNS) return `its filters would have ${sorted.factors.length} runs each`;
  const first = firstRuns(sorted.factors);
  const runs = sorted.runs.map((filter) => runSteps(filter, first));
  const largestStep = runs.flat(2).reduce((a, b) => Math.max(a, b), 0);
  if (largestStep > LARGEST_STEP) return 'its window is too large';
  const distinct = [...new Set(sorted.factors)];
  const names = runNames(distinct.length);
  const base = stage.bias.map((bias, filter) => {
    const weights = stage.weights.slice(filter * perFilter, (filter + 1) * perFilter);
    const total = weights.reduce((sum, weight) => sum + (form.factors[weight] ?? 0), 0);
    const value = BigInt(bias - form.zero * total + (requantize.offsets[filter] ?? 0));
    return Number(lanes === 4 ? BigInt.asUintN(32, value * 65_537n) : BigInt.asUintN(16, value));
  });
  return {
    stage,
    pool,
    window,
    lanes,
    factors: sorted.factors,
    runs,
    base,
    requantize: requantize.by,
    weigh: lanes === 1 ? horner(distinct, names) : shiftAdd(distinct, names),
    unit,
    wide: largestStep > 255,
  };
}
