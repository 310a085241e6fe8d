import { isPerChannel } from '../model/activations.js';
import type { ProductTable, Requantize, Stage } from '../network/index.js';
import { boundariesBefore, isUniform, levelValues, zeroIndex, type Levels } from '../quantize/levels.js';
import type { BoundaryGrid } from '../quantize/quantizers/index.js';
import type { QuantizedStage } from '../quantize/quantized-model.js';
import { evenSpacing, spacedThresholds, type EvenSpacing } from './even-spacing.js';
import {
  activationTable,
  channelThresholds,
  gridOf,
  sharedThresholds,
  type Boundaries,
} from './requantization.js';
import { integer, weightProducts } from './weight-products.js';

/** A stage of integers with its own product table, if it has one. */
export interface IntegerStage {
  readonly stage: Stage;
  readonly products: ProductTable | null;
  /** Real numbers per accumulator unit. */
  readonly unit: number;
  /** Accumulator units in the smallest factor other than 0, before rounding: how fine the scale is. */
  readonly finest: number;
  /** Squared error of the weights that rounding the table leaves, relative to the unit-free weights. */
  readonly error: number;
  /** Whether the thresholds of each channel lie a power of two of steps of the sums apart, which is to stay so. */
  readonly spaced: boolean;
}

export type ComputingStage = Exclude<QuantizedStage, { kind: 'maxPool' | 'concat' }>;

/** What becomes of a stage's accumulators: its boundaries in real numbers, and how they are to be expressed. */
export interface Target {
  readonly boundaries: readonly number[];
  /** Those of each channel, where channels have activation functions of their own. */
  readonly own: readonly (readonly number[])[] | null;
  readonly grid: BoundaryGrid;
  readonly kind: Requantize['kind'];
  /** Null where thresholds lie anywhere. */
  readonly spacing: EvenSpacing | null;
}

/** The boundaries of a stage's output before its activation function; null for the logits. */
export function targetOf(
  stage: ComputingStage,
  from: readonly Levels[],
  kind: Requantize['kind'] | undefined,
): Target | null {
  if (stage.levels === null) return null;
  const activation = 'activation' in stage ? (stage.activation ?? 'linear') : 'linear';
  const scaled = 'scale' in stage && stage.scale !== undefined;
  const { levels } = stage;
  const boundaries = boundariesBefore(levels, activation);
  const own = isPerChannel(activation)
    ? activation.slopes.map((_, c) => boundariesBefore(levels, activation, c))
    : null;
  // A scale per channel cannot be a shift: only thresholds express it. Pools and sums have nothing per channel.
  return {
    boundaries,
    own,
    grid: gridOf(boundaries),
    kind: scaled ? 'thresholds' : 'weights' in stage ? (kind ?? 'shiftTable') : 'shiftTable',
    spacing: own === null ? evenSpacing(stage, from, boundaries) : null,
  };
}

/**
 * The stage with accumulators that count in `unit` (real numbers per accumulator unit, before the channel's scale).
 */
export function integerStage(
  stage: ComputingStage,
  from: readonly Levels[],
  unit: number,
  shift: number,
  target: Target | null,
): IntegerStage {
  const first = from[0] ?? { values: [0, 1] };
  if (stage.kind === 'averagePool') {
    const { name, input, window, stride, padding } = stage;
    const share = 1 / (window[0] * window[1] * unit);
    const values = levelValues(first).map((value) => integer(value * share));
    const requantize = requantization(target, unit, shift, []);
    return {
      stage: { name, kind: 'averagePool', input, window, stride, padding, values, requantize },
      products: null,
      unit,
      finest: smallest(levelValues(first)) * share,
      error: 0,
      spaced: false,
    };
  }
  if (stage.kind === 'add') {
    const { name, inputs } = stage;
    const values = from.map((levels) => levelValues(levels).map((value) => integer(value / unit)));
    const requantize = requantization(target, unit, shift, []);
    return {
      stage: { name, kind: 'add', inputs, values, requantize },
      products: null,
      unit,
      finest: Math.min(...from.map((levels) => smallest(levelValues(levels)))) / unit,
      error: 0,
      spaced: false,
    };
  }
  const { name, input, weights, scale } = stage;
  const { products, exact, error } = weightProducts(first, stage.weightLevels, unit);
  const bias = stage.bias.map((value) => (scale === undefined ? integer(value / unit) : 0));
  const channels =
    scale === undefined ? [] : scale.map((factor, c) => ({ factor, bias: stage.bias[c] ?? 0 }));
  const spacing = target?.spacing ?? null;
  const requantize =
    target === null || spacing === null
      ? requantization(target, unit, shift, channels, bias.length)
      : inShifts(target.boundaries, stage.bias, spacing, unit);
  const quality = {
    spaced: spacing !== null,
    products,
    unit,
    finest: smallest(exact) * (isUniform(first) ? 1 : smallest(levelValues(first))),
    error: error * unit * unit,
  };
  if (stage.kind === 'dense') {
    const units = bias.length;
    return {
      stage: { name, kind: stage.kind, input, products: name, units, weights, bias, requantize },
      ...quality,
    };
  }
  const { kernel, stride, padding } = stage;
  const windowed = { kernel, stride, padding, paddingIndex: zeroIndex(first), weights, bias, requantize };
  return stage.kind === 'conv2d'
    ? {
        stage: { name, kind: stage.kind, input, products: name, filters: bias.length, ...windowed },
        ...quality,
      }
    : { stage: { name, kind: stage.kind, input, products: name, ...windowed }, ...quality };
}

/** Thresholds by which an index is a shift of the sum. */
function inShifts(
  boundaries: readonly number[],
  bias: readonly number[],
  spacing: EvenSpacing,
  unit: number,
): Requantize {
  const factor = integer(spacing.step / unit);
  return { kind: 'thresholds', values: spacedThresholds(boundaries, bias, spacing, factor) };
}

function requantization(
  target: Target | null,
  unit: number,
  shift: number,
  channels: Boundaries['channels'],
  count = 1,
): Requantize | null {
  if (target === null) return null;
  const { boundaries, own, grid, kind } = target;
  if (channels.length > 0) return channelThresholds({ boundaries, own, unit, channels });
  if (kind === 'shiftTable') return activationTable(grid, unit, shift);
  const inUnits = boundaries.map((boundary) => boundary / unit);
  return sharedThresholds(inUnits, count);
}

const smallest = (values: readonly number[]): number =>
  Math.min(...values.filter((value) => value !== 0).map(Math.abs));
