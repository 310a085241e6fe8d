/**
 * Entropy in bits of the distribution that counts give: log2 n - (sum of c log2 c) / n. At most log2 of the number of counts
 * above 0; 0 when there is at most one. The order of the counts does not change a digit.
 */
export function entropyBits(counts: Iterable<number>): number {
  const used = [...counts].filter((count) => count > 0).sort((a, b) => a - b);
  if (used.length < 2) return 0;
  const total = used.reduce((sum, count) => sum + count, 0);
  return Math.log2(total) - used.reduce((sum, count) => sum + count * Math.log2(count), 0) / total;
}

/** Bits of the shortest fixed-length index into `levels` levels: ceil(log2 levels), so 0 for a single one. */
export function indexBits(levels: number): number {
  return levels <= 1 ? 0 : 32 - Math.clz32(levels - 1);
}

/** How often each index 0..levels-1 occurs. */
export function countIndices(indices: Iterable<number>, levels: number): number[] {
  const counts = new Array<number>(levels).fill(0);
  for (const index of indices) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}
