import type { AccumulatorBounds, Requantize } from '../../network/index.js';
import type { SteppedRequantize } from './stepped-requantize.js';

/** Requantization of sums that were made unsigned, of 16 bits. */
export interface UnsignedRequantize {
  /** Per filter, what is added to a sum to make it unsigned: it then lies in 0..65534. */
  readonly offsets: readonly number[];
  /** An index per bin (sum >> shift), or thresholds per filter, all lists of the same length, one less than a power of two. */
  readonly by:
    | { readonly kind: 'shiftTable'; readonly shift: number; readonly table: readonly number[] }
    | { readonly kind: 'thresholds'; readonly values: readonly (readonly number[])[] };
}

export type LevelRule = (UnsignedRequantize | SteppedRequantize)['by'];

/** No sum reaches it. */
const NEVER = 65_535;

const LONGEST_TABLE = 2048;

/** Requantization of sums with such bounds as that of unsigned sums of 16 bits, or why there is none. */
export function unsignedRequantize(
  { channels, final }: Pick<AccumulatorBounds, 'channels' | 'final'>,
  requantize: Requantize,
): UnsignedRequantize | string {
  const tooWide = 'its sums need more than 16 bits';
  if (requantize.kind === 'thresholds') {
    if (channels.some(({ min, max }) => max - min >= NEVER)) return tooWide;
    const most = Math.max(1, ...requantize.values.map(({ length }) => length));
    const count = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
    const values = requantize.values.map((row, channel) => {
      const { min, max } = channels[channel] ?? final;
      const moved = row.map((value) => (value > max ? NEVER : Math.max(0, value - min)));
      return [...moved, ...Array.from({ length: count - row.length }, () => NEVER)];
    });
    return { offsets: channels.map(({ min }) => 0 - min), by: { kind: 'thresholds', values } };
  }
  const { offset, shift, table } = requantize;
  const step = 2 ** shift;
  const bins = Math.max(0, Math.ceil((0 - (final.min + offset)) / step));
  const largest = final.max + offset + bins * step;
  if (shift > 15 || largest >= NEVER) return tooWide;
  const length = Math.max(0, Math.floor(largest / step)) + 1;
  if (length > LONGEST_TABLE) return `its shift table would have ${length} entries`;
  const last = table.length - 1;
  return {
    offsets: channels.map(() => offset + bins * step),
    by: {
      kind: 'shiftTable',
      shift,
      table: Array.from({ length }, (_, bin) => table[Math.min(last, Math.max(0, bin - bins))] ?? 0),
    },
  };
}
