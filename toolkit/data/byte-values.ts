import { InputError } from '../errors.js';
import type { ByteValues } from './data-set.js';
import type { ReadDataOptions } from './read-data-options.js';

/** Bytes, and what they stand for unless they are what was read. */
export interface BytesMade {
  readonly bytes: Uint8Array;
  readonly values?: ByteValues;
}

/**
 * Numbers as bytes. Whole numbers from 0 to 255, one of them at least 2, are bytes already, unless `values` says what a byte stands
 * for. All else becomes the nearest byte, halves up: `byte = round((x - offset) / scale)`, at least 0 and at most 255.
 *
 * @throws InputError for what is not finite, and where nothing says what bytes stand for.
 */
export function bytesOf(
  numbers: ArrayLike<number>,
  { values, otherwise }: Pick<ReadDataOptions, 'values' | 'otherwise'>,
  where: string,
): BytesMade {
  const { least, most, whole } = extent(numbers, where);
  if (values === undefined && whole && least >= 0 && most > 1 && most <= 255)
    return { bytes: Uint8Array.from(numbers) };
  const map = values ?? (otherwise === 'range' ? rangeValues(least, most) : otherwise);
  if (map === undefined)
    throw new InputError(`the values are no bytes: they lie between ${least} and ${most}`, {
      where,
      next: `Say what the bytes 0 and 255 are to stand for, as they did when the network was made, such as --range ${least},${most}.`,
    });
  const { scale, offset } = map;
  const bytes = new Uint8Array(numbers.length);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Math.min(255, Math.max(0, Math.round(((numbers[i] ?? 0) - offset) / scale)));
  return { bytes, values: map };
}

/** Byte 0 stands for `low`, byte 255 for `high`; where they are the same, for `low` and one more. */
export const rangeValues = (low: number, high: number): ByteValues => ({
  scale: high > low ? (high - low) / 255 : 1 / 255,
  offset: low,
});

function extent(
  numbers: ArrayLike<number>,
  where: string,
): { readonly least: number; readonly most: number; readonly whole: boolean } {
  let [least, most, whole] = [Infinity, -Infinity, true];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? NaN;
    if (!Number.isFinite(value))
      throw new InputError(`value ${i} is ${value}`, {
        where,
        next: 'Give numbers that are finite.',
      });
    if (value < least) least = value;
    if (value > most) most = value;
    whole &&= Number.isInteger(value);
  }
  return { least, most, whole };
}
