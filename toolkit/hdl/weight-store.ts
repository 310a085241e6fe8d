import { InputError } from '../errors.js';
import type { EngineProgram } from './engine-program.js';
import { unsignedBits } from './folding.js';

/** How the engine's weights are stored (hdl-templates/engine/weights.v). */
export interface WeightStore {
  /** Three codes in seven bits, where there are five of them. */
  readonly packed: boolean;
  /** Bits of each word that lie in the large memory: 0, 16, 32, 48 or 64. */
  readonly largeBits: number;
}

/** Whole words of block RAM, each weight in bits of its own. */
export const PLAIN: WeightStore = { packed: false, largeBits: 0 };

/** Large memories of a part: how many, each of 16 bits a word. */
export interface LargeMemories {
  readonly count: number;
  readonly words: number;
}

/** Bits of a word of one large memory (hdl-templates/memory/large_ram.v). */
export const SLICE_BITS = 16;
const MOST_SLICES = 4;
/** Levels with a product of their own of those that can be packed: with "none" there are five codes. */
const PACKED_LEVELS = 4;
const NONE = PACKED_LEVELS;

/** The stores that a program can have on a part, those that take the least first: logic, then a flash memory beside the part. */
export function storesOf(
  { levels, folding: { banks, filters }, narrow, wide }: EngineProgram,
  large: LargeMemories | null,
): readonly WeightStore[] {
  const packings = levels === PACKED_LEVELS ? [false, true] : [false];
  const small = packings.map((packed): WeightStore => ({ packed, largeBits: 0 }));
  if (large === null) return small;
  const lanes = Math.max(narrow.length > 0 ? filters : 0, wide.length > 0 ? banks * filters : 0);
  if (placesIn(narrow.length, wide.length).words > large.words || lanes === 0) return small;
  const inLarge = packings.map((packed): WeightStore => {
    const slices = Math.ceil(storedBits(lanes, unsignedBits(levels), packed) / SLICE_BITS);
    return { packed, largeBits: SLICE_BITS * Math.min(slices, large.count, MOST_SLICES) };
  });
  return [...small, ...inLarge];
}

/** Where weights lie in a store. */
export interface WeightLayout {
  /** Bits of a word that lie in block RAM. */
  readonly narrowBits: number;
  readonly wideBits: number;
  /** Added to the first word of a narrow stage, and of a wide one. */
  readonly narrowBase: number;
  readonly wideBase: number;
  /** Words of the large memory; 0 where there is none. */
  readonly largeWords: number;
}

/** Throws InputError for a store that the program cannot have. */
export function weightLayout(program: EngineProgram, { packed, largeBits }: WeightStore): WeightLayout {
  const { levels, narrow, wide, folding } = program;
  if (packed && levels !== PACKED_LEVELS)
    throw new InputError('weights can be packed where they have five levels, one of which has no product');
  const above = (lanes: number): number =>
    Math.max(0, storedBits(lanes, unsignedBits(levels), packed) - largeBits);
  const places = placesIn(narrow.length, wide.length);
  return {
    narrowBits: above(folding.filters),
    wideBits: above(folding.banks * folding.filters),
    narrowBase: largeBits === 0 ? 0 : places.narrow,
    wideBase: largeBits === 0 ? 0 : places.wide,
    largeWords: largeBits === 0 ? 0 : places.words,
  };
}

/** What Verilog reads of the weights. */
export interface StoredWeights {
  /** What block RAM has of the words. */
  readonly narrow: readonly bigint[];
  readonly wide: readonly bigint[];
  /** The large memory's words, slice by slice from the lowest, each with its high byte first; null where there is none. */
  readonly large: Uint8Array | null;
}

/** The words of a program's weights. Throws InputError for a store that it cannot have. */
export function storeWeights(program: EngineProgram, store: WeightStore): StoredWeights {
  const { packed, largeBits } = store;
  const { levels, narrow, wide } = program;
  const { narrowBase, wideBase, largeWords } = weightLayout(program, store);
  const bits = unsignedBits(levels);
  const words = (lists: readonly (readonly number[])[]): bigint[] =>
    lists.map((codes) => (packed ? packedWord(codes, bits) : plainWord(codes, bits)));
  const [narrowWords, wideWords] = [words(narrow), words(wide)];
  const rest = (word: bigint): bigint => word >> BigInt(largeBits);
  const shared = Array.from(
    { length: largeWords },
    (_, at) => narrowWords[at - narrowBase] ?? wideWords[at - wideBase] ?? 0n,
  );
  return {
    narrow: narrowWords.map(rest),
    wide: wideWords.map(rest),
    large: largeBits === 0 ? null : slicesOf(shared, largeBits),
  };
}

/** Bits of a word of so many lanes (weights.v). */
export function storedBits(lanes: number, bits: number, packed: boolean): number {
  return packed ? Math.floor(lanes / 3) * 7 + (lanes % 3) * bits : lanes * bits;
}

/**
 * Where both lists of words begin in the large memory: the longer at 0, the shorter behind it, at a multiple of a power of two that
 * is no less than its length, so that the lower bits of an address are enough for block RAM.
 */
function placesIn(narrow: number, wide: number) {
  const [longer, shorter] = narrow > wide ? [narrow, wide] : [wide, narrow];
  const step = 2 ** Math.ceil(Math.log2(Math.max(1, shorter)));
  const behind = shorter === 0 ? 0 : Math.ceil(longer / step) * step;
  return {
    narrow: narrow > wide ? 0 : behind,
    wide: narrow > wide ? behind : 0,
    words: shorter === 0 ? longer : behind + shorter,
  };
}

/** The first lane in the lowest bits. */
function plainWord(codes: readonly number[], bits: number): bigint {
  return codes.reduceRight((word, code) => (word << BigInt(bits)) | BigInt(code), 0n);
}

function packedWord(codes: readonly number[], bits: number): bigint {
  const whole = codes.length - (codes.length % 3);
  let word = plainWord(codes.slice(whole), bits);
  for (let at = whole - 3; at >= 0; at -= 3)
    word = (word << 7n) | BigInt(packedTriple(codes[at] ?? 0, codes[at + 1] ?? 0, codes[at + 2] ?? 0));
  return word;
}

/** Three codes of 0 to 4 in seven bits (hdl-templates/engine/unpack_weights.v). */
export function packedTriple(first: number, second: number, third: number): number {
  const seven = (none: number, a: number, b: number, c: number): number =>
    (none << 6) | (c << 4) | (b << 2) | a;
  const codes = [first, second, third];
  const there = codes.flatMap((code, at) => (code === NONE ? [] : [at]));
  const [one = 3] = there;
  if (there.length < 2) return seven(1, 3, one, codes[one] ?? 0);
  if (first === NONE) return seven(1, 0, second, third);
  if (second === NONE) return seven(1, 1, first, third);
  if (third === NONE) return seven(1, 2, second, first);
  return seven(0, first, second, third);
}

function slicesOf(words: readonly bigint[], largeBits: number): Uint8Array {
  const slices = largeBits / SLICE_BITS;
  const bytes = new Uint8Array(words.length * slices * 2);
  words.forEach((word, at) => {
    for (let slice = 0; slice < slices; slice++) {
      const value = Number((word >> BigInt(SLICE_BITS * slice)) & 0xffffn);
      bytes.set([value >> 8, value & 255], (at * slices + slice) * 2);
    }
  });
  return bytes;
}
