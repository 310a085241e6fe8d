/** How much of a network is computed at once: `banks` neighbouring columns, `filters` filters at each. */
export interface Folding {
  /** A power of two. */
  readonly banks: number;
  readonly filters: number;
}

/** Bits that hold the unsigned integers 0 to `largest`; at least 1. */
export function unsignedBits(largest: number): number {
  return Math.max(1, Math.ceil(Math.log2(largest + 1)));
}

/** Bits in two's complement that hold every integer from `min` to `max`. */
export function signedWidth({ min, max }: { readonly min: number; readonly max: number }): number {
  let bits = 1;
  while (min < -(2 ** (bits - 1)) || max > 2 ** (bits - 1) - 1) bits++;
  return bits;
}
