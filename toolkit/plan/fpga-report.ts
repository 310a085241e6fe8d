import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FpgaBoard, FpgaToolchain } from '../boards/board.js';
import { BuildError } from '../errors.js';
import type { FpgaProducts } from './plan-fpga.js';
import { safePath } from './safe-path.js';

/** What a design takes of a part. */
export interface Utilization {
  readonly luts: number;
  readonly flipFlops: number;
  readonly blockRams: number;
  /** Large single-port memories (SPRAM of UltraPlus parts). */
  readonly sprams: number;
  /** Multiplier blocks; none may be used. */
  readonly dsps: number;
}

/** What placement and routing reached. */
export interface Placed {
  /** Logic cells: a LUT, a flip-flop, or both. */
  readonly logicCells: number;
  /** The highest frequency of the design's clock. */
  readonly fmaxMHz: number;
}

const KINDS: Readonly<Record<FpgaToolchain['kind'], Readonly<Record<keyof Utilization, RegExp>>>> = {
  ice40: {
    luts: /^SB_LUT4$/,
    flipFlops: /^SB_DFF/,
    blockRams: /^SB_RAM40/,
    sprams: /^SB_SPRAM/,
    dsps: /^SB_MAC16$/,
  },
  ecp5: {
    luts: /^(LUT4|CCU2C|PFUMX|L6MUX21)$/,
    flipFlops: /^TRELLIS_FF$/,
    blockRams: /^(DP16KD|PDPW16KD)$/,
    sprams: /^$/,
    dsps: /^(MULT|ALU)\d/,
  },
  gowin: {
    luts: /^(LUT[1-4]|ALU)$/,
    flipFlops: /^DFF/,
    blockRams: /^(SDPB|SDPX9B|DPB|DPX9B|SP|SPX9|pROM|pROMX9)$/,
    sprams: /^$/,
    dsps: /^(MULT|PADD|MULTADD)/,
  },
};

const statSchema = z.object({
  design: z.object({ num_cells_by_type: z.record(z.string(), z.number()) }),
});
const reportSchema = z.object({
  fmax: z.record(z.string(), z.object({ achieved: z.number(), constraint: z.number() })),
  utilization: z.record(z.string(), z.object({ available: z.number(), used: z.number() })),
});
/** Cells of a netlist as Yosys writes them; a constant bit is a string, a signal's is a number. */
const cellsSchema = z.object({
  modules: z.record(
    z.string(),
    z.object({
      cells: z.record(
        z.string(),
        z.object({
          type: z.string(),
          parameters: z.record(z.string(), z.union([z.string(), z.number()])),
          connections: z.record(z.string(), z.array(z.union([z.string(), z.number()]))),
        }),
      ),
    }),
  ),
});
type Cell = z.infer<typeof cellsSchema>['modules'][string]['cells'][string];

/** Reports of Yosys on a netlist. */
type Netlist = Pick<FpgaProducts, 'multiplications' | 'indices' | 'memories'>;

/** Counts the cells of a netlist. Throws BuildError when Yosys' count cannot be read. */
export function readUtilization(folder: string, cells: string, kind: FpgaToolchain['kind']): Utilization {
  const counts = Object.entries(readStat(folder, cells));
  const total = (pattern: RegExp): number =>
    counts.filter(([name]) => pattern.test(name)).reduce((sum, [, count]) => sum + count, 0);
  const { luts, flipFlops, blockRams, sprams, dsps } = KINDS[kind];
  return {
    luts: total(luts),
    flipFlops: total(flipFlops),
    blockRams: total(blockRams),
    sprams: total(sprams),
    dsps: total(dsps),
  };
}

/**
 * The names of a design's multiplications (and divisions and powers): every such operator of its Verilog, but for the index of a
 * part-select times a constant width, which is how Yosys writes `word[index*WIDTH+:WIDTH]` and never becomes arithmetic.
 */
export function multiplications(folder: string, { multiplications: all, indices }: Netlist): string[] {
  const scaled = new Set(
    cellsOf(folder, indices)
      .filter(([, cell]) => isConstant(cell, 'A') || isConstant(cell, 'B'))
      .map(([name]) => name),
  );
  return cellsOf(folder, all)
    .map(([name]) => name)
    .filter((name) => !scaled.has(name));
}

function isConstant({ connections }: Cell, port: string): boolean {
  return (connections[port] ?? []).every((bit) => typeof bit === 'string');
}

function cellsOf(folder: string, file: string): readonly (readonly [string, Cell])[] {
  const { modules } = read(folder, file, cellsSchema);
  return Object.values(modules).flatMap(({ cells }) => Object.entries(cells));
}

/** A memory that can be written and became flip-flops, or constants that became a large amount of logic. */
export interface LostMemory {
  readonly name: string;
  readonly bits: number;
  readonly writable: boolean;
}

/** Constants of more bits than this belong into block RAM. */
const LARGEST_LOGIC_ROM = 16_384;
/** A writable memory of fewer bits is as well in flip-flops. */
const LARGEST_REGISTERS = 64;

/** Memories that should have become block RAM and did not. */
export function lostMemories(folder: string, memories: string): readonly LostMemory[] {
  return cellsOf(folder, memories)
    .map(([name, { parameters }]) => ({
      name,
      bits: integer(parameters['SIZE']) * integer(parameters['WIDTH']),
      writable: integer(parameters['WR_PORTS']) > 0,
    }))
    .filter(({ bits, writable }) => bits > (writable ? LARGEST_REGISTERS : LARGEST_LOGIC_ROM));
}

/** Reads nextpnr's report. Throws BuildError when it cannot be read. */
export function readPlacement(folder: string, report: string): Placed {
  const { fmax, utilization } = read(folder, report, reportSchema);
  const clocks = Object.values(fmax).map(({ achieved }) => achieved);
  const cells = Object.entries(utilization).find(([name]) =>
    /^(ICESTORM_LC|TRELLIS_COMB|TRELLIS_SLICE|LUT4)$/.test(name),
  );
  return {
    logicCells: cells?.[1].used ?? 0,
    // A design without a path from flip-flop to flip-flop has no limit, and no design of ours is one.
    fmaxMHz: clocks.length === 0 ? 0 : Math.min(...clocks),
  };
}

/** Throws BuildError for a netlist that multiplies, or that lost a memory to logic. */
export function requireGoodNetlist(folder: string, products: Netlist, { dsps }: Utilization): void {
  const found = multiplications(folder, products);
  if (found.length > 0 || dsps > 0) {
    const some =
      found.length === 0 ? `${dsps} multiplier blocks` : `${found.length} times, first in ${found[0] ?? ''}`;
    throw new BuildError(`the design multiplies: ${some}`, {
      where: join(folder, products.multiplications),
      next: 'the Verilog of the toolkit has no multiplication; undo what was changed in it',
    });
  }
  const [lost] = lostMemories(folder, products.memories);
  if (lost === undefined) return;
  throw new BuildError(
    `the memory ${lost.name} of ${lost.bits} bits did not become block RAM but ${lost.writable ? 'flip-flops' : 'logic'}`,
    {
      where: join(folder, products.memories),
      next: 'this version of Yosys does not see it as a memory of the part: another version may (`tablize doctor`)',
    },
  );
}

/** Throws BuildError for a netlist that is too large for the part, before it is placed. */
export function requireFit({ title, cells }: FpgaBoard, used: Utilization, next: string): void {
  const checks = [
    ['logic cells', used.luts, cells.luts],
    ['block RAMs', used.blockRams, cells.blockRams],
    ['SPRAMs', used.sprams, cells.sprams],
  ] as const;
  const over = checks.filter(([, needed, available]) => needed > available);
  if (over.length === 0) return;
  const what = over.map(([name, needed, available]) => `${needed} ${name} of ${available}`).join(', ');
  throw new BuildError(`the design does not fit ${title}: it needs ${what}`, { where: title, next });
}

function readStat(folder: string, file: string): Readonly<Record<string, number>> {
  return read(folder, file, statSchema).design.num_cells_by_type;
}

/** A parameter of a cell, which Yosys writes in binary. */
function integer(value: string | number | undefined): number {
  if (value === undefined) return 0;
  return typeof value === 'number' ? value : parseInt(value, 2);
}

function read<T>(folder: string, file: string, schema: z.ZodType<T>): T {
  const path = join(folder, safePath(file));
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new BuildError('a report of the tools cannot be read', {
      where: path,
      next: 'build again into an empty folder; if that does not help, this version of the tools is not known',
      cause,
    });
  }
}
