import type { FirmwareBoard } from '../../boards/index.js';
import { coreOf, type CoreId } from './predict.js';
import { KERNEL_NAMES, type KernelName } from './stage-kernel.js';

/** What is sought: the least time, the least flash, or the least time in no more flash than a lookup per product takes. */
export const AIMS = ['balanced', 'speed', 'size'] as const;
export type Aim = (typeof AIMS)[number];

export interface KernelOptions {
  /** Activations per word: 4 on cores with registers of 32 bits, else 1. */
  readonly lanes: 4 | 1;
  readonly core: CoreId;
  /** Whether the core has the saturating additions of Arm's DSP extension. */
  readonly saturates: boolean;
  readonly aim: Aim;
  /** Kernels of stages, by name, whatever they cost. */
  readonly forced: ReadonlyMap<string, KernelName>;
  /** Kernels to choose among, for all other stages. */
  readonly among: readonly KernelName[];
  /** Bytes that tables and workspace may take; null where there is no limit. */
  readonly room: { readonly flash: number; readonly ram: number } | null;
}

/** What is chosen for a board where nothing else is said, whatever its memories. */
export function usualKernels(board: FirmwareBoard): KernelOptions {
  return {
    lanes: board.toolchain.kind === 'avr' ? 1 : 4,
    core: coreOf(board),
    saturates: board.toolchain.kind === 'arm' && /^cortex-m[47]$/.test(board.toolchain.cpu),
    aim: 'balanced',
    forced: new Map(),
    among: KERNEL_NAMES,
    room: null,
  };
}
