import { asMultiples, isUniform, levelValues, type Levels } from '../quantize/levels.js';
import type { ProductTable } from '../network/index.js';

/** The product table of a stage, and what rounding does to its weight levels. */
export interface WeightProducts {
  readonly products: ProductTable;
  /** Weight levels in accumulator units before rounding, times the input's step if that has one. */
  readonly exact: readonly number[];
  /** Sum over the levels of (rounded - exact)^2, in squared accumulator units. */
  readonly error: number;
}

/**
 * Products of activation and weight levels in accumulator units.
 *
 * With equally spaced input levels they are the exact products `(i - zero) * K_w`; else each is rounded. Weight levels that
 * are multiples of one step stay so in integers: the step is rounded, and not each multiple.
 *
 * @param unit - real numbers per accumulator unit.
 */
export function weightProducts(from: Levels, weightLevels: readonly number[], unit: number): WeightProducts {
  const scale = (isUniform(from) ? from.step : 1) / unit;
  const exact = weightLevels.map((level) => level * scale);
  const times = multiplier(exact);
  const factors = times(1);
  const rows = isUniform(from)
    ? levelValues(from).map((_, i) => factors.map((factor) => (i - from.zero) * factor + 0))
    : levelValues(from).map(times);
  return {
    products: { activations: rows.length, weights: exact.length, values: rows.flat() },
    exact,
    error: factors.reduce((sum, factor, k) => sum + (factor - (exact[k] ?? 0)) ** 2, 0),
  };
}

/** What multiplies the weight levels by a number and rounds. */
function multiplier(exact: readonly number[]): (value: number) => readonly number[] {
  const stepped = asMultiples(exact);
  if (stepped === null) return (value) => exact.map((factor) => integer(value * factor));
  const { step, multiples } = stepped;
  return (value) => multiples.map((multiple) => multiple * integer(value * step) + 0);
}

/** The nearest whole number, never -0. */
export const integer = (value: number): number => Math.round(value) + 0;
