import type { FirmwareBoard } from '../../boards/index.js';
import type { PlannedStage } from '../memory-plan.js';
import { COSTS } from './costs.js';
import { stageWork } from './work.js';

/** A core that the cost model knows, or the nearest to it. */
export type CoreId = 'm0' | 'm3' | 'm4' | 'm7' | 'rv32imac' | 'rv32ec' | 'rp2040' | 'atmega328p';

/** What the numbers of a core are. */
export function unitOf(core: CoreId): 'instructions' | 'cycles' {
  return core === 'rp2040' || core === 'atmega328p' ? 'cycles' : 'instructions';
}

const ARM: Readonly<Record<string, CoreId>> = {
  'cortex-m0': 'm0',
  'cortex-m0plus': 'm0',
  'cortex-m3': 'm3',
  'cortex-m4': 'm4',
  'cortex-m7': 'm7',
};

/** Bytes of the largest array that compilers make for a core: of an AVR, half of what its 16 bits of address reach. */
export function largestTable(core: CoreId): number {
  return core === 'atmega328p' ? 32_767 : Infinity;
}

/** The core of a board; this computer counts as a large microcontroller. */
export function coreOf({ target, toolchain }: FirmwareBoard): CoreId {
  if (target === 'rp2040') return 'rp2040';
  switch (toolchain.kind) {
    case 'avr':
      return 'atmega328p';
    case 'arm':
      return ARM[toolchain.cpu] ?? 'm3';
    case 'riscv':
      return toolchain.isa;
    case 'host':
      return 'm7';
  }
}

/**
 * Instructions or cycles of a stage in one inference, as the cost model has it; infinite where it does not know the kernel.
 * `active`: the share of input activations that are not the commonest one.
 */
export function predictStage(core: CoreId, stage: PlannedStage, active: number): number {
  if (stage.kernel.name === 'fused') return 0;
  const costs = COSTS[core]?.[stage.kernel.name];
  if (costs === undefined) return Infinity;
  return Object.entries(stageWork(stage, active)).reduce(
    (sum, [kind, count]) => sum + count * (costs[kind] ?? 0),
    0,
  );
}
