import type { ProductTable, Requantize, Stage } from '../network/index.js';
import type { Levels } from '../quantize/levels.js';
import type { QuantizedStage } from '../quantize/quantized-model.js';

/** A stage of integers with its own product table, if it has one. */
export interface IntegerStage {
  readonly stage: Stage;
  readonly products: ProductTable | null;
  /** Accumulator units in the smallest factor other than 0, before rounding: how fine the scale is. */
  readonly finest: number;
}

export type ComputingStage = Exclude<QuantizedStage, { kind: 'maxPool' }>;

/**
 * The stage with 2^shift accumulator units per step of its output (per 1.0 of the logits). Its product table is the
 * exact product `(i - zero) * K_w`.
 */
export function integerStage(
  stage: ComputingStage,
  from: Levels,
  shift: number,
  kind: Requantize['kind'],
): IntegerStage {
  const unit = (stage.levels?.step ?? 1) / 2 ** shift;
  if (stage.kind === 'averagePool') {
    const { name, input, window, stride, padding, levels } = stage;
    const share = from.step / (window[0] * window[1] * unit);
    const values = Array.from({ length: from.count }, (_, i) => integer((i - from.zero) * share));
    const requantize = shiftTable(levels, shift);
    return {
      stage: { name, kind: 'averagePool', input, window, stride, padding, values, requantize },
      products: null,
      finest: share,
    };
  }
  const { name, input, weights } = stage;
  const exact = stage.weightLevels.map((level) => (level * from.step) / unit);
  const factors = exact.map(integer);
  const products = {
    activations: from.count,
    weights: factors.length,
    values: Array.from({ length: from.count }, (_, i) =>
      factors.map((factor) => integer((i - from.zero) * factor)),
    ).flat(),
  };
  const bias = stage.bias.map((value) => integer(value / unit));
  const requantize = requantization(stage.levels, shift, kind, bias.length);
  const finest = Math.min(...exact.filter((factor) => factor !== 0).map(Math.abs));
  if (stage.kind === 'dense') {
    const units = bias.length;
    const dense = { name, kind: stage.kind, input, products: name, units, weights, bias, requantize };
    return { stage: dense, products, finest };
  }
  const { kernel, stride, padding } = stage;
  const windowed = { filters: bias.length, kernel, stride, padding, paddingIndex: from.zero };
  const conv = { name, kind: stage.kind, input, products: name, ...windowed, weights, bias, requantize };
  return { stage: conv, products, finest };
}

function requantization(
  to: Levels | null,
  shift: number,
  kind: Requantize['kind'],
  channels: number,
): Requantize | null {
  if (to === null) return null;
  return kind === 'shiftTable' ? shiftTable(to, shift) : thresholds(to, shift, channels);
}

/**
 * index = floor(value / step + 1/2) + zero, clamped to the levels. The half is the offset before the shift; a rectifier
 * is the clamp of levels that start at 0.
 */
function shiftTable(to: Levels, shift: number): Requantize {
  return {
    kind: 'shiftTable',
    // With a shift of 0 an accumulator counts whole steps, and there is no half.
    offset: Math.floor(2 ** shift / 2) + to.zero * 2 ** shift,
    shift,
    table: Array.from({ length: to.count }, (_, index) => index),
  };
}

/** The same function as `shiftTable`, as the accumulators at which the index grows. */
function thresholds(to: Levels, shift: number, channels: number): Requantize {
  const ascending = Array.from(
    { length: to.count - 1 },
    (_, k) => (k + 1 - to.zero) * 2 ** shift - Math.floor(2 ** shift / 2),
  );
  return { kind: 'thresholds', values: Array.from({ length: channels }, () => ascending) };
}

/** `Math.round` without a negative zero. */
const integer = (value: number): number => Math.round(value) + 0;
