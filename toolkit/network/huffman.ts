import { countIndices, indexBits } from './entropy.js';

/**
 * The length in bits of each symbol's code in a Huffman code for these counts; 0 for a symbol that does not occur, and for one
 * that occurs alone. Of all Huffman codes this is one whose longest code is shortest; which symbol has which count does not
 * change how many codes there are of each length.
 */
export function huffmanLengths(counts: readonly number[]): readonly number[] {
  interface Node {
    readonly count: number;
    readonly symbols: readonly number[];
  }
  const leaves = counts
    .map((count, symbol): Node => ({ count, symbols: [symbol] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count);
  const merged: Node[] = [];
  const lengths = counts.map(() => 0);
  let [leaf, inner] = [0, 0];
  // Both queues ascend, so the least node is at the head of one. Leaves go first where counts are equal: that keeps the tree low.
  const least = (): Node => {
    const [a, b] = [leaves[leaf], merged[inner]];
    if (a !== undefined && (b === undefined || a.count <= b.count)) {
      leaf++;
      return a;
    }
    inner++;
    return b ?? { count: 0, symbols: [] };
  };
  for (let joins = leaves.length - 1; joins > 0; joins--) {
    const [a, b] = [least(), least()];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    merged.push({ count: a.count + b.count, symbols });
  }
  return lengths;
}

/** Canonical codes for these lengths, as bits 0 and 1, first bit first: shorter before longer, then by symbol, counting up. */
export function canonicalCodes(lengths: readonly number[]): readonly (readonly number[])[] {
  const codes = lengths.map((): readonly number[] => []);
  let [next, before] = [0n, 0];
  for (const { symbol, length } of lengths
    .map((length, symbol) => ({ symbol, length }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.length - b.length || a.symbol - b.symbol)) {
    next <<= BigInt(length - before);
    const code = next;
    codes[symbol] = Array.from({ length }, (_, bit) => Number((code >> BigInt(length - 1 - bit)) & 1n));
    next++;
    before = length;
  }
  return codes;
}

/**
 * Indices 0..levels-1 (at most 256 levels) in a canonical Huffman code of their own, with all that a decoder needs besides
 * `levels` and how many there are: docs/compactness.md, section 3.
 */
export function huffmanEncode(indices: readonly number[], levels: number): Uint8Array {
  const lengths = huffmanLengths(countIndices(indices, levels));
  const longest = Math.max(0, ...lengths);
  if (longest === 0) return Uint8Array.of(0, indices[0] ?? 0);
  const width = indexBits(longest + 1);
  const codes = canonicalCodes(lengths);
  const bits = indices.reduce((sum, index) => sum + (lengths[index] ?? 0), levels * width);
  const bytes = new Uint8Array(1 + Math.ceil(bits / 8));
  bytes[0] = longest;
  let at = 8;
  const put = (bit: number): void => {
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (7 - (at & 7)));
    at++;
  };
  for (const length of lengths) for (let bit = width - 1; bit >= 0; bit--) put((length >> bit) & 1);
  for (const index of indices) for (const bit of codes[index] ?? []) put(bit);
  return bytes;
}
