/** A word for $readmemh: fields from the highest bits down, each cut to its bits. */
export function word(fields: readonly (readonly [value: number | boolean, bits: number])[]): string {
  return fields
    .reduce((all, [value, bits]) => (all << BigInt(bits)) | BigInt.asUintN(bits, BigInt(value)), 0n)
    .toString(16);
}

/** 0 to `count` - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The same field for each of many, the first in the lowest bits. */
export const fields = (values: readonly number[], bits: number): readonly (readonly [number, number])[] =>
  values.map((value) => [value, bits] as const).reverse();
