import { InputError } from '../../errors.js';

const MOST_DECIMALS = 8;

/** The fewest decimals that tell each of these numbers to within `tolerance`. */
export function decimalsOf(values: readonly number[], tolerance: number): number {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals++) {
    if (values.every((value) => Math.abs(Number(value.toFixed(decimals)) - value) <= tolerance))
      return decimals;
  }
  return MOST_DECIMALS;
}

/** Decimals for values side by side: two, or as many as the largest of them needs for three digits; fewer where they are the same. */
export function decimalsOfValues(values: readonly number[]): number {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (largest === 0) return 0;
  const most = Math.max(2, 2 - Math.floor(Math.log10(largest)));
  return Math.min(most, decimalsOf(values, largest / 20_000));
}

/** 12345.5 as "12,345.50"; never "-0". Numbers that would be long have an exponent. */
export function plainNumber(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-5 || size >= 1e12)) return value.toExponential(2);
  const rounded = Number(value.toFixed(decimals)) + 0;
  return rounded.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** A number by itself, as in a description. */
export function shownNumber(value: number): string {
  return plainNumber(value, decimalsOf([value], Math.abs(value) / 20_000));
}

/** The error of a chart whose data cannot be drawn. */
export function chartError(title: string, message: string): InputError {
  return new InputError(message, { where: `chart "${title}"` });
}

/** Beyond it, differences of values could not be computed. */
const LARGEST = 1e100;

/** Throws InputError, naming the chart and `what`, where a value is NaN, infinite or beyond all measure. */
export function requireFinite(title: string, what: string, values: readonly number[]): void {
  const wrong = values.find((value) => !(Math.abs(value) <= LARGEST));
  if (wrong !== undefined) throw chartError(title, `${what} has the value ${wrong}, which cannot be drawn`);
}
