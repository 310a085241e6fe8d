import { requantizeOf, type AnalysedStage, type Requantize, type TableNetwork } from '../../network/index.js';
import { levelSums, type LevelSums } from './level-sums.js';
import { pairProducts, type PairProducts } from './pair-products.js';
import { rowProducts, type RowProducts } from './row-products.js';

/** How a stage is computed, and in what layout. */
export type StageKernel =
  | { readonly name: 'lookup' }
  | { readonly name: 'level-sums'; readonly plan: LevelSums }
  | { readonly name: 'pairs'; readonly plan: PairProducts }
  | { readonly name: 'rows'; readonly plan: RowProducts }
  /** Computed by the stage before, which keeps no tensor of its own. */
  | { readonly name: 'fused' };

export type KernelName = Exclude<StageKernel['name'], 'fused'>;

export const KERNEL_NAMES = [
  'lookup',
  'rows',
  'pairs',
  'level-sums',
] as const satisfies readonly KernelName[];

/**
 * A kernel, or why it cannot compute the stage. With `pool` 2 the kernel computes the 2 x 2 max pooling that follows, too.
 */
export function makeKernel(
  name: KernelName,
  network: TableNetwork,
  stage: AnalysedStage,
  lanes: 4 | 1,
  pool: 1 | 2 = 1,
): StageKernel | string {
  if (pool === 2 && name !== 'level-sums') return 'it does not pool';
  switch (name) {
    case 'lookup':
      return { name };
    case 'level-sums': {
      const plan = levelSums(network, stage, lanes, pool);
      return typeof plan === 'string' ? plan : { name, plan };
    }
    case 'rows': {
      const plan = rowProducts(network, stage);
      return typeof plan === 'string' ? plan : { name, plan };
    }
    case 'pairs': {
      const plan = pairProducts(network, stage);
      return typeof plan === 'string' ? plan : { name, plan };
    }
  }
}

/**
 * Whether a stage's output is read by nothing but a 2 x 2 max pooling right after it, so that both may be computed together: the
 * largest index is then that of the largest sum.
 */
export function isPooled(
  stage: AnalysedStage,
  next: AnalysedStage | undefined,
  all: readonly AnalysedStage[],
): boolean {
  if (next?.stage.kind !== 'maxPool' || stage.stage.kind !== 'conv2d') return false;
  const { input, window, stride, padding } = next.stage;
  const two = [...window, ...stride].every((size) => size === 2);
  const bare = Object.values(padding).every((size) => size === 0);
  const readers = all.filter(({ inputs }) => inputs.some(({ name }) => name === input)).length;
  return input === stage.stage.name && two && bare && readers === 1 && ascends(requantizeOf(stage.stage));
}

function ascends(requantize: Requantize | null | undefined): boolean {
  if (!requantize) return false;
  return (
    requantize.kind === 'thresholds' ||
    requantize.table.every((index, bin) => bin === 0 || index >= (requantize.table[bin - 1] ?? 0))
  );
}
