import type { EngineParameters } from './engine-parameters.js';
import type { WeightLayout } from './weight-store.js';

/** A kind of block RAM: its bits, and the most that it reads in a clock. */
export interface BlockRam {
  readonly bits: number;
  readonly widest: number;
}

/** 256 x 16, 512 x 8, 1024 x 4 or 2048 x 2 bits (Lattice TN-02002, "Memory Usage Guide for iCE40 Devices"). */
export const ICE40_BLOCK_RAM: BlockRam = { bits: 4096, widest: 16 };

/** Block RAMs of a memory in the shape that takes the fewest; what lies one above another shares a word of the block RAM. */
function blocksOf(words: number, width: number, { bits, widest }: BlockRam): number {
  const shapes = [widest, widest / 2, widest / 4, widest / 8];
  return Math.min(...shapes.map((wide) => Math.ceil((Math.ceil(words / (bits / wide)) * width) / wide)));
}

/** Words of constants from which on hdl-templates/engine/ asks for block RAM. */
const LEAST = { weights: 17, parameters: 33, columns: 129, taps: 129 };
/** Beside the engine: the logits and the words of HELLO's answer. */
const AROUND = 2;

export interface BlockRamCount {
  readonly all: number;
  readonly weightBitsPerClock: number;
}

/** Block RAMs of a device, from the parameters of its engine and what block RAM has of its weights. */
export function blockRamsOf(
  parameters: EngineParameters,
  { narrowBits, wideBits }: WeightLayout,
  receiveBuffer: number,
  ram: BlockRam,
): BlockRamCount {
  const of = (name: keyof EngineParameters): number => parameters[name];
  const when = (words: number, least: number, width: number): number =>
    words < least ? 0 : blocksOf(words, width, ram);
  const weights =
    when(of('NARROW_WORDS'), LEAST.weights, narrowBits) + when(of('WIDE_WORDS'), LEAST.weights, wideBits);
  const bounds = of('BOUNDED') * 4 * of('COUNT_BITS');
  return {
    weightBitsPerClock: weights * ram.widest + of('LARGE_BITS'),
    all:
      AROUND +
      (receiveBuffer === 0 ? 0 : blocksOf(receiveBuffer, 8, ram)) +
      weights +
      of('BANKS') * blocksOf(of('ACTIVATION_WORDS'), of('INDEX_BITS'), ram) +
      when(of('PARAMETERS'), LEAST.parameters, of('SUM_BITS')) +
      when(of('COLUMNS'), LEAST.columns, of('ADDRESS_BITS') + of('BANK_BITS')) +
      when(of('TAPS'), LEAST.taps, of('ADDRESS_BITS') + 2 * of('BANK_BITS') + bounds) +
      when(of('INDEX_BITS') > 4 ? 256 : 0, 1, of('INDEX_BITS')),
  };
}
