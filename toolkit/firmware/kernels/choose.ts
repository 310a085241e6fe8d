import type { FirmwareBoard } from '../../boards/index.js';
import type { AnalysedStage, TableNetwork } from '../../network/index.js';
import type { PlannedStage } from '../memory-plan.js';
import { isPooled, makeKernel, type KernelName } from './stage-kernel.js';

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
  const planned: PlannedStage[] = [];
  stages.forEach((analysed, at) => {
    if (planned.length > at) return;
    const next = stages[at + 1];
    const tries = order.flatMap((name): readonly [KernelName, 1 | 2][] =>
      next !== undefined && isPooled(analysed, next, stages)
        ? [
            [name, 2],
            [name, 1],
          ]
        : [[name, 1]],
    );
    for (const [name, pool] of tries) {
      const kernel = makeKernel(name, network, analysed, lanes, pool);
      if (typeof kernel === 'string') continue;
      planned.push({ analysed, kernel });
      if (pool === 2 && next !== undefined) planned.push({ analysed: next, kernel: { name: 'fused' } });
      return;
    }
    planned.push({ analysed, kernel: { name: 'lookup' } });
  });
  return planned;
}
