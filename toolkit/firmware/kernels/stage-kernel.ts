import type { AnalysedStage, TableNetwork } from '../../network/index.js';
import { levelSums, type LevelSums } from './level-sums.js';
import { pairProducts, type PairProducts } from './pair-products.js';

/** How a stage is computed, and in what layout. */
export type StageKernel =
  | { readonly name: 'lookup' }
  | { readonly name: 'level-sums'; readonly plan: LevelSums }
  | { readonly name: 'pairs'; readonly plan: PairProducts };

export type KernelName = StageKernel['name'];

export const KERNEL_NAMES = ['lookup', 'pairs', 'level-sums'] as const satisfies readonly KernelName[];

/** A kernel, or why it cannot compute the stage. */
export function makeKernel(
  name: KernelName,
  network: TableNetwork,
  stage: AnalysedStage,
  lanes: 4 | 1,
): StageKernel | string {
  switch (name) {
    case 'lookup':
      return { name };
    case 'level-sums': {
      const plan = levelSums(network, stage, lanes);
      return typeof plan === 'string' ? plan : { name, plan };
    }
    case 'pairs': {
      const plan = pairProducts(network, stage);
      return typeof plan === 'string' ? plan : { name, plan };
    }
  }
}
