/**
 * Levels that a tensor was given in training, as a file of a quantized network has them: `(index - zero) * step`. The
 * value 0 is one of them.
 */
export interface GivenLevels {
  /** 2..256. */
  readonly count: number;
  readonly step: number;
  /** Index of the level 0. */
  readonly zero: number;
}

/** Each value at the nearest level; halves go up. */
export const roundGiven = ({ count, step, zero }: GivenLevels, values: Float32Array): Float32Array =>
  values.map((value) => {
    const index = Math.floor(value / step + 0.5) + zero;
    return (Math.min(Math.max(index, 0), count - 1) - zero) * step;
  });

/** Why levels cannot be used; null if they can. */
export function givenFault({ count, step, zero }: GivenLevels): string | null {
  if (!Number.isInteger(count) || count < 2 || count > 256)
    return `${count} activation levels: a whole number from 2 to 256 is needed`;
  if (!Number.isFinite(step) || step <= 0) return `its levels are ${step} apart: a positive number is needed`;
  if (!Number.isInteger(zero) || zero < 0 || zero >= count) return 'the value 0 is not one of its levels';
  return null;
}

export const sameLevels = (a: GivenLevels, b: GivenLevels): boolean =>
  a.count === b.count && a.step === b.step && a.zero === b.zero;
