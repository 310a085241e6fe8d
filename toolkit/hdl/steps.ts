import { InputError } from '../errors.js';
import type { Requantize } from '../network/index.js';

/**
 * The least accumulator of every index but 0, of one channel. Throws InputError where indices do not grow with the sum.
 *
 * @param name - of the stage, for the error.
 */
export function stepsOf(requantize: Requantize, channel: number, name: string): readonly number[] {
  if (requantize.kind === 'thresholds') return requantize.values[channel] ?? [];
  const { table, offset, shift } = requantize;
  if (table.some((index, bin) => bin > 0 && index < (table[bin - 1] ?? 0))) {
    throw new InputError('its table of steps does not ascend', {
      where: `stage "${name}"`,
      next: 'on an FPGA indices must grow with the sum, as they do where levels are sorted',
    });
  }
  return Array.from({ length: table.at(-1) ?? 0 }, (_, k) => {
    const bin = table.findIndex((index) => index > k);
    return bin === 0 ? -Infinity : bin * 2 ** shift - offset;
  });
}
