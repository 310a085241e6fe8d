import { requantizedLevels, type Interval } from '../network/index.js';
import type { Operation } from './operations.js';
import { REQUANTIZE, type StageWord } from './stage-words.js';
import { stepsOf } from './steps.js';

type Requantizing = Pick<StageWord, 'requantize' | 'shift' | 'stepsLast' | 'lastIndex'>;

/** Whether a table of steps does no more than to stop at its last index. */
function isClamp(table: readonly number[]): boolean {
  const last = table.at(-1) ?? 0;
  return table.every((index, bin) => index === Math.min(bin, last));
}

/** How an operation's sums become indices. */
export function requantizeFields({ requantize }: Operation): Requantizing {
  const none = { shift: 0, stepsLast: 0, lastIndex: 0 };
  if (requantize === null) return { ...none, requantize: REQUANTIZE.logits };
  if (requantize === 'copy') return { ...none, requantize: REQUANTIZE.shift };
  const lastIndex = requantizedLevels(requantize) - 1;
  if (requantize.kind === 'shiftTable' && isClamp(requantize.table)) {
    return { requantize: REQUANTIZE.shift, shift: requantize.shift, stepsLast: 0, lastIndex };
  }
  return { requantize: REQUANTIZE.thresholds, shift: 0, stepsLast: Math.max(0, lastIndex - 1), lastIndex };
}

/** The engine's parameters of an operation whose fields are known, by channel: what is added to a sum in each step. */
export function parametersOf(
  { requantize, channels, bias, name }: Operation,
  { requantize: kind, stepsLast }: Requantizing,
  sums: Interval,
): number[] {
  const biases = Array.from({ length: channels.count }, (_, c) => bias[c] ?? 0);
  if (requantize === null || requantize === 'copy') return biases;
  if (requantize.kind === 'shiftTable' && kind === REQUANTIZE.shift) {
    return biases.map((one) => one + requantize.offset);
  }
  return biases.flatMap((one, channel) => {
    const steps = stepsOf(requantize, channel, name);
    return Array.from({ length: stepsLast + 1 }, (_, index) => {
      const least = (steps[index] ?? Infinity) - one;
      return 0 - Math.min(sums.max + 1, Math.max(sums.min, least));
    });
  });
}
