import type { EngineProgram } from './engine-program.js';

interface Logic {
  readonly luts: number;
  readonly flipFlops: number;
}

export interface PlacedLogic extends Logic {
  /** Cells of a lookup table and a flip-flop, once both are packed. */
  readonly logicCells: number;
}

/**
 * Logic of the device, in 4-input lookup tables and flip-flops. What grows with the lanes is counted as the modules are written; what is left,
 * control and addresses, is fitted to what Yosys 0.23 makes of them (synth_ice40).
 */
export function logicOf(
  program: EngineProgram,
  parameters: Readonly<Record<string, number>>,
  shell: Shell,
): PlacedLogic {
  const of = (name: string): number => parameters[name] ?? 0;
  const { banks, filters } = program.folding;
  const lanes = banks * filters;
  const [product, sum, levels] = [of('PRODUCT_BITS'), of('SUM_BITS'), of('LEVELS')];
  const [address, count, index] = [of('ADDRESS_BITS'), of('COUNT_BITS'), of('INDEX_BITS')];
  const wide = of('WIDE_WORDS') > 1;
  const selects = muxLuts(levels);
  const tables = productLuts(program, of('TABLE_BITS'));
  const kept = Math.max(index + 1, sum + 1 - of('SHIFT_LEAST'));

  const lane = product * selects + sum + 1 + (wide ? of('WEIGHT_BITS') : 0);
  const bank =
    tables.luts +
    (sum + 1 + kept * of('SHIFT_BITS') + 3 * index) +
    (banks > 1 ? address + index * (muxLuts(banks) + 3) : index) +
    index * 3 +
    of('THRESHOLDS') * 2 * index +
    of('BOUNDED') * 2 * count;
  const stored = (wide ? lanes : 0) + (of('NARROW_WORDS') > 1 ? filters : 0);
  const store = of('PACKED') * UNPACKED * stored + (of('LARGE_BITS') > 0 ? LOADER.luts : 0);
  const control = CONTROL.luts + CONTROL.perAddressBit * address + CONTROL.perCountBit * count;

  const around = shellLogic(shell);

  const laneFlipFlops = product + sum + of('WEIGHT_BITS') * (wide ? 1 : 1 / banks);
  const bankFlipFlops = tables.flipFlops + sum + 1 + 2 * index + 1;
  const luts = around.luts + lanes * lane + banks * bank + store + control;
  const loader = of('LARGE_BITS') > 0 ? LOADER.flipFlops : 0;
  const otherFlipFlops = around.flipFlops + loader + banks * bankFlipFlops + 60 + 6 * address + 8 * count;
  return {
    luts: Math.round(luts),
    flipFlops: Math.round(lanes * laneFlipFlops + otherFlipFlops),
    // In lanes every flip-flop has its lookup table; of the others so many have none.
    logicCells: Math.round(luts + ALONE * otherFlipFlops),
  };
}

/** What is around the engine on a board. */
export interface Shell {
  readonly receiveBuffer: number;
  readonly trace: boolean;
}

/** Serial line, frames, server and reset. */
function shellLogic({ receiveBuffer, trace }: Shell): Logic {
  const parts = [SHELL, ...(receiveBuffer > 0 ? [FIFO] : []), ...(trace ? [TRACER] : [])];
  return {
    luts: parts.reduce((sum, { luts }) => sum + luts, 0),
    flipFlops: parts.reduce((sum, { flipFlops }) => sum + flipFlops, 0),
  };
}
const SHELL = { luts: 380, flipFlops: 150 };
const FIFO = { luts: 40, flipFlops: 42 };
const TRACER = { luts: 350, flipFlops: 120 };
/** The flash loader, and lookup tables that unpack one weight. */
const LOADER = { luts: 90, flipFlops: 90 };
const UNPACKED = 5;
const ALONE = 0.42;
const CONTROL = { luts: 180, perAddressBit: 12, perCountBit: 14 };

/** Lookup tables for one bit of a choice among so many. */
function muxLuts(choices: number): number {
  if (choices <= 1) return 1;
  return Math.ceil((choices + Math.ceil(Math.log2(choices)) - 1) / 3);
}

/** Lookup tables for a function of so many bits without a pattern. */
const LUTS_OF_INPUTS = [0, 0, 1, 1, 1, 1.9, 3.6, 7, 13, 25, 45, 85];

/** The product tables of one bank: every bit is a function of table and index, those that are equal are made once. */
function productLuts({ products, levels, bits }: EngineProgram, tableBits: number): Logic {
  const inputs = tableBits + bits.index;
  const functions = new Map<string, number>();
  for (let level = 0; level < levels; level++)
    for (let bit = 0; bit < bits.product; bit++) {
      const truth = products.flatMap((table) =>
        Array.from({ length: 2 ** bits.index }, (_, a) => ((table[a]?.[level] ?? 0) >> bit) & 1),
      );
      const padded = [...truth, ...Array.from({ length: 2 ** inputs - truth.length }, () => 0)];
      const support = Array.from({ length: inputs }, (_, input) => input).filter((input) =>
        padded.some((value, at) => value !== padded[at ^ (1 << input)]),
      ).length;
      if (support > 0) functions.set(padded.join(''), support);
    }
  const luts = Array.from(functions.values(), (support) => LUTS_OF_INPUTS[support] ?? 2 ** (support - 5));
  return { luts: luts.reduce((all, one) => all + one, 0), flipFlops: functions.size };
}
