import { analyse, type Analysis, type TableNetwork } from '../network/index.js';
import { blockRamsOf, ICE40_BLOCK_RAM, type BlockRam } from './block-rams.js';
import { walkOf } from './clocks.js';
import { engineParameters } from './engine-parameters.js';
import { engineProgram, type EngineProgram } from './engine-program.js';
import type { Folding } from './folding.js';
import { logicOf, type Shell } from './logic.js';
import { PLAIN, SLICE_BITS, storedBits, weightLayout, type WeightStore } from './weight-store.js';

export interface StageEstimate {
  readonly name: string;
  readonly clocks: number;
  /** Lookups of a product that the stage stands for; 0 where it only copies, adds up or compares. */
  readonly products: number;
  readonly lookupsPerClock: number;
}

/** What a design will be, told before it is built. */
export interface DeviceEstimate {
  /** 4-input lookup tables and flip-flops of the whole device; within some 10 %. */
  readonly luts: number;
  readonly flipFlops: number;
  /** As the tools place them: a lookup table, a flip-flop or both. */
  readonly logicCells: number;
  readonly blockRams: number;
  /** Large memories, each 16 bits wide; a flash memory beside the part fills them. */
  readonly sprams: number;
  /** From the start of a picture that has been loaded until its logits are known; exact. */
  readonly clocksPerPicture: number;
  readonly stages: readonly StageEstimate[];
  /** Bits of weights that are used, of all that the memories with weights could deliver in the same time. */
  readonly bandwidthShare: number;
}

/** Predicts clocks, logic and block RAMs of the sequential engine. Throws InputError for a network that it cannot run. */
export function estimateDevice(
  network: TableNetwork,
  folding: Folding,
  shell: Shell,
  blockRam: BlockRam = ICE40_BLOCK_RAM,
  store: WeightStore = PLAIN,
): DeviceEstimate {
  const analysis = analyse(network);
  return estimateProgram(analysis, engineProgram(network, folding, analysis), shell, blockRam, store);
}

/** The same for a network that has been compiled. */
export function estimateProgram(
  analysis: Analysis,
  program: EngineProgram,
  shell: Shell,
  blockRam: BlockRam,
  store: WeightStore,
): DeviceEstimate {
  const parameters = engineParameters(program, store);
  const stages = stageEstimates(analysis, program);
  const clocks = stages.reduce((sum, stage) => sum + stage.clocks, 0);
  const blocks = blockRamsOf(parameters, weightLayout(program, store), shell.receiveBuffer, blockRam);
  return {
    ...logicOf(program, parameters, shell),
    blockRams: blocks.all,
    sprams: store.largeBits / SLICE_BITS,
    clocksPerPicture: clocks,
    stages,
    bandwidthShare:
      blocks.weightBitsPerClock === 0
        ? 0
        : weightBits(program, parameters) / (clocks * blocks.weightBitsPerClock),
  };
}

/** The engine's walks up to a trace point belong to the stage whose output it is. */
function stageEstimates({ stages }: Analysis, program: EngineProgram): StageEstimate[] {
  const spent = [0];
  for (const word of program.stages.slice(1)) {
    spent.push((spent.pop() ?? 0) + walkOf(word, program).clocks);
    if (word.isPoint) spent.push(0);
  }
  return stages.map(({ stage, macs: products }, k) => {
    const clocks = spent[k] ?? 0;
    return { name: stage.name, clocks, products, lookupsPerClock: products / clocks };
  });
}

/** Bits of weights that lanes take from their words in one picture, each counted once in the clock in which it is read. */
function weightBits(
  program: EngineProgram,
  { WEIGHT_BITS = 1, PACKED = 0 }: Readonly<Record<string, number>>,
): number {
  const { banks, filters } = program.folding;
  return program.stages.reduce((bits, stage) => {
    const lanes = filters * (stage.wide ? banks : 1);
    return bits + walkOf(stage, program).taps * storedBits(lanes, WEIGHT_BITS, PACKED !== 0);
  }, 0);
}
