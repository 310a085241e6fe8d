import { columnPlace, type TensorLayout } from './tensor-layout.js';
import type { Operation } from './operations.js';

/**
 * Splits an operation into one for each column where those of a block cannot be written at once: logits leave one by one, and some strides
 * are such that the next stage wants them in the same bank. `view` says where the whole is.
 */
export function splitColumns(operation: Operation, to: TensorLayout, isLogits: boolean): Operation[] {
  const width = to.shape[1];
  const whole = to.banks === 1 || width === 1 || (to.dealt && !isLogits);
  if (whole || operation.kind === 'view' || operation.kind === 'scan') return [operation];
  const columns = Array.from({ length: width }, (_, column): Operation => ({
    ...operation,
    name: `${operation.name} (column ${column})`,
    column,
    isPoint: isLogits && operation.isPoint && column === width - 1,
  }));
  if (isLogits || !operation.isPoint) return columns;
  return [...columns, { ...operation, kind: 'view' }];
}

/** The banks that an operation writes, the first in the lowest bit. */
export function writtenBanks({ column }: Operation, to: TensorLayout): number {
  return column === null ? 2 ** to.banks - 1 : 2 ** columnPlace(to, column).bank;
}
