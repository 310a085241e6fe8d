import { asMultiples, isUniform, type Levels } from '../quantize/levels.js';
import type { QuantizedStage } from '../quantize/quantized-model.js';

/** A stage whose thresholds lie 2^s steps of its sums apart, s a whole number from 0 on. */
export interface EvenSpacing {
  /** What the sums are whole multiples of, in real numbers: the weights' step times the input's. */
  readonly step: number;
  /** Distance of the boundaries, in real numbers behind the channel's scale. */
  readonly gap: number;
  /** s of each channel. */
  readonly exponents: readonly number[];
}

/** What rounding to seven digits leaves of equal numbers. */
const EQUAL = 1e-5;

/** How the thresholds of a stage are spaced, if weights, input and boundaries have equal steps and gains are powers of two. */
export function evenSpacing(
  stage: QuantizedStage,
  from: readonly Levels[],
  boundaries: readonly number[],
): EvenSpacing | null {
  const [first] = from;
  if (!('weights' in stage) || first === undefined || !isUniform(first)) return null;
  const weights = asMultiples(stage.weightLevels);
  const gap = commonGap(boundaries);
  if (weights === null || gap === null || stage.scale === undefined) return null;
  const step = weights.step * first.step;
  const spacings = stage.scale.map((factor) => gap / (factor * step));
  const exponents = spacings.map((spacing) => Math.round(Math.log2(spacing)));
  const even = spacings.every((spacing, c) => {
    const exponent = exponents[c] ?? -1;
    return exponent >= 0 && Math.abs(spacing / 2 ** exponent - 1) < EQUAL;
  });
  return even ? { step, gap, exponents } : null;
}

/** The distance of equally spaced boundaries; null of fewer than two and of those that are not. */
function commonGap(boundaries: readonly number[]): number | null {
  const [first = 0] = boundaries;
  const gap = ((boundaries.at(-1) ?? 0) - first) / (boundaries.length - 1);
  const even = boundaries.every(
    (boundary, k) => Math.abs(boundary - (first + k * gap)) <= EQUAL * Math.abs(gap),
  );
  return boundaries.length > 1 && even ? gap : null;
}

/**
 * Thresholds per channel, in accumulator units of which `factor` make a step of the sums: the first is rounded to whole steps, which
 * changes no index, and the others follow at their distance.
 *
 * @param boundaries - real numbers at the distance of the spacing, before the channel's bias is taken off.
 */
export function spacedThresholds(
  boundaries: readonly number[],
  bias: readonly number[],
  { gap, exponents }: EvenSpacing,
  factor: number,
): readonly (readonly number[])[] {
  const [first = 0] = boundaries;
  return exponents.map((exponent, c) => {
    const apart = 2 ** exponent;
    const least = Math.ceil(((first - (bias[c] ?? 0)) / gap) * apart);
    return boundaries.map((_, k) => factor * (least + k * apart) + 0);
  });
}
