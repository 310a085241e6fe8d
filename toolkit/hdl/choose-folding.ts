import { analyse, type Analysis, type TableNetwork } from '../network/index.js';
import { engineProgram } from './engine-program.js';
import { estimateProgram, type DeviceEstimate } from './estimate.js';
import type { Folding } from './folding.js';
import type { Shell } from './logic.js';
import { SLICE_BITS, storesOf, type LargeMemories, type WeightStore } from './weight-store.js';

/** What an FPGA has; sizes of memories in bits. */
export interface FpgaResources {
  readonly luts: number;
  readonly blockRams: number;
  readonly blockRamBits: number;
  /** Large memories that a bitstream cannot fill, of 16 bits a word. */
  readonly sprams: number;
  readonly spramBits: number;
  /** Whether there is a flash memory to fill them from. */
  readonly flash: boolean;
}

export interface Candidate {
  readonly folding: Folding;
  readonly store: WeightStore;
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
const MOST_FILTERS = 64;

/**
 * The folding with the fewest clocks among those that fit, with the fewest lookup tables where several have them. Weights are stored in
 * the first way in which any folding fits.
 */
export function chooseFolding(network: TableNetwork, fpga: FpgaResources, shell: Shell): FoldingChoice {
  const analysis = analyse(network);
  const candidates = foldingsOf(analysis).flatMap((folding) =>
    candidatesOf(network, analysis, folding, fpga, shell),
  );
  const fitting = candidates.filter(({ estimate }) => shortages(estimate, fpga).length === 0);
  const effort = Math.min(...fitting.map(({ store }) => effortOf(store)));
  const best = fitting
    .filter(({ store }) => effortOf(store) === effort)
    .sort(
      (a, b) =>
        a.estimate.clocksPerPicture - b.estimate.clocksPerPicture || a.estimate.luts - b.estimate.luts,
    )[0];
  if (best !== undefined) return { fits: true, ...best };
  const nearest = nearestOf(candidates, fpga);
  return { fits: false, short: shortages(nearest.estimate, fpga), nearest };
}

/** One folding, with its weights in the first way that fits, or that comes nearest. */
export function chooseStore(
  network: TableNetwork,
  folding: Folding,
  fpga: FpgaResources,
  shell: Shell,
): Candidate {
  const candidates = candidatesOf(network, analyse(network), folding, fpga, shell);
  return (
    candidates.find(({ estimate }) => shortages(estimate, fpga).length === 0) ?? nearestOf(candidates, fpga)
  );
}

/** Logic that unpacks weights is taken only where it must be, and a flash memory where that does not help. */
function effortOf({ packed, largeBits }: WeightStore): number {
  return largeBits > 0 ? 2 : Number(packed);
}

/** The usual numbers of filters, and those that divide the channels of a stage evenly. */
function foldingsOf({ stages }: Analysis): Folding[] {
  const channels = stages.map(({ output }) => output.shape[2]);
  return BANKS.flatMap((banks) => {
    const even = channels.flatMap((count) => [1, 2, 3, 4].map((turns) => Math.ceil(count / (turns * banks))));
    const filters = new Set([...FILTERS, ...even.filter((count) => count <= MOST_FILTERS)]);
    return Array.from(filters, (count) => ({ banks, filters: count }));
  });
}

function candidatesOf(
  network: TableNetwork,
  analysis: Analysis,
  folding: Folding,
  fpga: FpgaResources,
  shell: Shell,
): Candidate[] {
  const ram = { bits: fpga.blockRamBits, widest: fpga.blockRamBits <= 4096 ? 16 : 36 };
  const program = engineProgram(network, folding, analysis);
  return storesOf(program, largeOf(fpga)).map((store) => ({
    folding,
    store,
    estimate: estimateProgram(analysis, program, shell, ram, store),
  }));
}

function largeOf({ sprams, spramBits, flash }: FpgaResources): LargeMemories | null {
  return sprams > 0 && flash ? { count: sprams, words: spramBits / SLICE_BITS } : null;
}

function nearestOf(candidates: readonly Candidate[], fpga: FpgaResources): Candidate {
  const excess = ({ estimate }: Candidate): number =>
    Math.max(estimate.logicCells / (MOST_OF_CELLS * fpga.luts), estimate.blockRams / fpga.blockRams);
  return candidates.reduce((a, b) => (excess(b) < excess(a) ? b : a));
}

function shortages({ logicCells, blockRams }: DeviceEstimate, fpga: FpgaResources): Shortage[] {
  const needs = [
    { resource: 'logicCells', needed: logicCells, available: Math.floor(MOST_OF_CELLS * fpga.luts) },
    { resource: 'blockRams', needed: blockRams, available: fpga.blockRams },
  ] as const;
  return needs.filter(({ needed, available }) => needed > available);
}
