import { productTableOf, type AnalysedStage, type TableNetwork } from '../../network/index.js';
import type { PlannedStage } from '../memory-plan.js';
import { numberTypes } from '../number-types.js';
import {
  indexTables,
  productTable,
  requantizeTables,
  valueTables,
  weightTables,
  type Table,
} from '../tables.js';
import { levelSumsTables } from './level-sums-source.js';
import { pairTables } from './pairs-source.js';
import { rowTables } from './rows-source.js';

/** Code of a stage's own, about: a kernel of sums over levels is compiled for each stage. */
const LEVEL_SUMS_CODE = { 1: 500, 2: 800 } as const;

/** Bytes of flash of a stage: its tables, and the code that is there for it alone. */
export function flashBytes(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  planned: PlannedStage,
): number {
  const { kernel } = planned;
  const code = kernel.name === 'level-sums' ? LEVEL_SUMS_CODE[kernel.plan.pool] : 0;
  return stageTables(network, stages, planned).reduce((sum, { bytes }) => sum + bytes, code);
}

/** All constants of a stage. */
export function stageTables(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  { analysed, kernel }: PlannedStage,
): readonly Table[] {
  switch (kernel.name) {
    case 'fused':
      return [];
    case 'level-sums':
      return levelSumsTables(kernel.plan);
    case 'pairs':
      return pairTables(kernel.plan);
    case 'rows':
      return rowTables(analysed, kernel.plan, numberTypes(network, stages, [kernel.plan.held]));
    case 'lookup': {
      const { stage } = analysed;
      const types = numberTypes(network, stages);
      const weighted =
        'weights' in stage
          ? [
              ...weightTables(stage, productTableOf(network, stage), types),
              productTable(stage.products, productTableOf(network, stage), types),
            ]
          : [];
      return [
        ...weighted,
        ...valueTables(stage, types),
        ...indexTables(stage),
        ...requantizeTables(analysed, types),
      ];
    }
  }
}
