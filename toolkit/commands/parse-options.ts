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
