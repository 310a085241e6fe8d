import { InvalidArgumentError } from 'commander';

/** Parser of an option that is a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** A finite number, such as 0.0078125 or -1. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

/** Labels between commas, such as `cat,dog`. */
export function labelList(text: string): readonly string[] {
  const labels = text.split(',').map((label) => label.trim());
  if (labels.some((label) => label === ''))
    throw new InvalidArgumentError('expected labels between commas, such as cat,dog.');
  return labels;
}

/** Parser of `8x5`: activation levels x weight levels, 2 to 256 each. */
export function levels(text: string): { readonly activations: number; readonly weights: number } {
  const match = /^(\d{1,3})x(\d{1,3})$/.exec(text);
  const activations = Number(match?.[1]);
  const weights = Number(match?.[2]);
  const allowed = (count: number): boolean => count >= 2 && count <= 256;
  if (match === null || !allowed(activations) || !allowed(weights)) {
    throw new InvalidArgumentError('expected activation x weight levels, 2 to 256 each, such as 8x5.');
  }
  return { activations, weights };
}

/** Parser of `1/2`: the first of two processes that share the work. */
export function shard(text: string): { readonly index: number; readonly count: number } {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || index < 1 || index > count) {
    throw new InvalidArgumentError('expected which of how many processes this is, such as 1/2.');
  }
  return { index, count };
}
