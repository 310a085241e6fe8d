import type { TableNetwork } from '../network/index.js';
import { estimateDevice, type DeviceEstimate } from './estimate.js';
import type { Folding } from './folding.js';
import type { Shell } from './logic.js';

/** What an FPGA has; sizes of memories in bits. */
export interface FpgaResources {
  readonly luts: number;
  readonly blockRams: number;
  readonly blockRamBits: number;
  /** Large memories that a bitstream cannot fill; the engine does not use them. */
  readonly sprams: number;
  readonly spramBits: number;
}

export interface Candidate {
  readonly folding: Folding;
  readonly estimate: DeviceEstimate;
}

export interface Shortage {
  readonly resource: 'logicCells' | 'blockRams';
  readonly needed: number;
  readonly available: number;
}

export type FoldingChoice =
  | ({ readonly fits: true } & Candidate)
  /** What is short for the folding that comes nearest. */
  | { readonly fits: false; readonly short: readonly Shortage[]; readonly nearest: Candidate };

/** Of all logic cells; routing needs some room, and the estimate is not exact. */
const MOST_OF_CELLS = 0.95;
const BANKS = [1, 2, 4, 8];
const FILTERS = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32];

/** The folding with the fewest clocks among those that fit, with the fewest lookup tables where several have them. */
export function chooseFolding(network: TableNetwork, fpga: FpgaResources, shell: Shell): FoldingChoice {
  const ram = { bits: fpga.blockRamBits, widest: fpga.blockRamBits <= 4096 ? 16 : 36 };
  const candidates = BANKS.flatMap((banks) =>
    FILTERS.map((filters): Candidate => {
      const folding = { banks, filters };
      return { folding, estimate: estimateDevice(network, folding, shell, ram) };
    }),
  );
  const fitting = candidates.filter(({ estimate }) => shortages(estimate, fpga).length === 0);
  const best = fitting.sort(
    (a, b) => a.estimate.clocksPerPicture - b.estimate.clocksPerPicture || a.estimate.luts - b.estimate.luts,
  )[0];
  if (best !== undefined) return { fits: true, ...best };
  const excess = ({ estimate }: Candidate): number =>
    Math.max(estimate.logicCells / (MOST_OF_CELLS * fpga.luts), estimate.blockRams / fpga.blockRams);
  const nearest = candidates.reduce((a, b) => (excess(b) < excess(a) ? b : a));
  return { fits: false, short: shortages(nearest.estimate, fpga), nearest };
}

function shortages({ logicCells, blockRams }: DeviceEstimate, fpga: FpgaResources): Shortage[] {
  const needs = [
    { resource: 'logicCells', needed: logicCells, available: Math.floor(MOST_OF_CELLS * fpga.luts) },
    { resource: 'blockRams', needed: blockRams, available: fpga.blockRams },
  ] as const;
  return needs.filter(({ needed, available }) => needed > available);
}
