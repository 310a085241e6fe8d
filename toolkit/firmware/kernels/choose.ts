import type { FirmwareBoard } from '../../boards/index.js';
import type { AnalysedStage, TableNetwork } from '../../network/index.js';
import type { PlannedStage } from '../memory-plan.js';
import { makeKernel, type KernelName } from './stage-kernel.js';

export interface KernelOptions {
  /** Activations per word: 4 on cores with registers of 32 bits, else 1. */
  readonly lanes: 4 | 1;
  /** Kernels to try, best first; the first that can compute a stage does. */
  readonly order: readonly KernelName[];
}

/** What is tried on a board. */
export function defaultKernels({ toolchain }: FirmwareBoard): KernelOptions {
  return toolchain.kind === 'avr'
    ? { lanes: 1, order: ['level-sums', 'lookup'] }
    : { lanes: 4, order: ['level-sums', 'pairs', 'lookup'] };
}

/** The kernel of each stage. */
export function chooseKernels(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  { lanes, order }: KernelOptions,
): readonly PlannedStage[] {
  return stages.map((analysed): PlannedStage => {
    for (const name of order) {
      const kernel = makeKernel(name, network, analysed, lanes);
      if (typeof kernel !== 'string') return { analysed, kernel };
    }
    return { analysed, kernel: { name: 'lookup' } };
  });
}
