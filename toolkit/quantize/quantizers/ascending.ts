const GREATEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** The values as levels: ascending, each once, 0 without a sign; float32, too large ones the largest of these. */
export function ascending(values: Iterable<number>): Float32Array {
  const rounded = Float32Array.from(values, (value) =>
    Math.min(Math.max(value, -GREATEST_FLOAT32), GREATEST_FLOAT32),
  );
  // A set makes 0 of -0.
  return Float32Array.from(new Set(rounded)).sort();
}

/**
 * Levels on both sides of 0 from the positive ones (ascending) of an odd count. An even `count` leaves out the lowest,
 * so that 0 is a level of every count.
 */
export function mirrored(positive: ArrayLike<number>, count: number): Float32Array {
  const above = Array.from(positive);
  const below = above.slice(0, count % 2 === 1 ? above.length : above.length - 1);
  return ascending([...below.map((value) => -value), 0, ...above]);
}

/** How many levels are above 0 in the symmetric set of an odd count that `count` is taken from. */
export const levelsAbove = (count: number): number => Math.floor(count / 2);

/** The largest magnitude; 0 of no values. */
export function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
