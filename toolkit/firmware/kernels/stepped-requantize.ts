import type { AccumulatorBounds, Requantize } from '../../network/index.js';

/** Requantization by equal steps that are powers of two: index = clamp(sum >> shift, 0, levels - 1). */
export interface SteppedRequantize {
  /** Per filter, what is added to a sum so that the first threshold lies at 2^shift. */
  readonly offsets: readonly number[];
  readonly by: {
    readonly kind: 'steps';
    readonly levels: number;
    readonly shifts: readonly number[];
    /** Per filter: whether its sums fit 8 bits with a sign; else they fit 16. */
    readonly narrow: readonly boolean[];
  };
}

interface Steps {
  readonly offset: number;
  readonly shift: number;
  readonly narrow: boolean;
}

/**
 * Thresholds as equal steps of a power of two per channel, where that gives the same index for every sum within bounds; else null. The
 * number of levels must be a power of two. With `canBeNarrow`, sums of 8 bits are preferred.
 */
export function steppedRequantize(
  { channels, final }: Pick<AccumulatorBounds, 'channels' | 'final'>,
  requantize: Requantize,
  canBeNarrow: boolean,
): SteppedRequantize | null {
  if (requantize.kind !== 'thresholds') return null;
  const levels = (requantize.values[0]?.length ?? 0) + 1;
  if (levels < 2 || !Number.isInteger(Math.log2(levels))) return null;
  const steps = requantize.values.map((row, channel): Steps | null => {
    const bounds = channels[channel] ?? final;
    if (row.length !== levels - 1) return null;
    return (canBeNarrow ? stepsOf(row, bounds, 8) : null) ?? stepsOf(row, bounds, 16);
  });
  if (!steps.every((step) => step !== null)) return null;
  return {
    offsets: steps.map(({ offset }) => offset),
    by: {
      kind: 'steps',
      levels,
      shifts: steps.map(({ shift }) => shift),
      narrow: steps.map(({ narrow }) => narrow),
    },
  };
}

/** Steps that tell every sum of `min..max` apart as the thresholds do, where sums with the offset fit `bits` bits with a sign. */
function stepsOf(
  thresholds: readonly number[],
  { min, max }: { readonly min: number; readonly max: number },
  bits: 8 | 16,
): Steps | null {
  const levels = thresholds.length + 1;
  const half = 2 ** (bits - 1);
  const passed = thresholds.filter((value) => value <= min).length;
  const within = thresholds.filter((value) => value > min && value <= max);
  // An index of `levels - 1` in the bits below the sign: a sum that is too large is filled with ones.
  const largest = bits - 1 - Math.log2(levels);
  for (let shift = 0; shift <= largest; shift++) {
    const step = 2 ** shift;
    // Out of reach, thresholds may be anywhere: then the next one just cannot be reached.
    const first = (within[0] ?? max + 1) - passed * step;
    const fits = thresholds.every((value, k) => {
      const placed = first + k * step;
      return placed === value || (value <= min && placed <= min) || (value > max && placed > max);
    });
    const offset = step - first;
    if (fits && min + offset >= 0 - half && max + offset < half) return { offset, shift, narrow: bits === 8 };
  }
  return null;
}
