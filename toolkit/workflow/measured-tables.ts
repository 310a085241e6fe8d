import type { DataSet } from '../data/index.js';
import { checkNetwork, type TableNetwork } from '../network/index.js';
import type { QuantizedModel } from '../quantize/index.js';
import { tableAccuracy, tablize, type TablizeOptions } from '../tablize/index.js';

/** A network of integers, what it was made from, and how well both label the test pictures. */
export interface Tables {
  readonly network: TableNetwork;
  readonly quantized: QuantizedModel;
  /** Share of the test pictures that is labelled right, 0..1: by the float network and by the integers. */
  readonly accuracy: { readonly float: number; readonly table: number };
}

/** How far a call tells where it is and lets itself be stopped. */
export interface Course {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the tables of a quantized model, checks all their invariants, and measures them. */
export async function measuredTables(
  quantized: QuantizedModel,
  float: number,
  test: DataSet,
  options: TablizeOptions,
  { progress, signal }: Course,
): Promise<Tables> {
  const network = tablize(quantized, options);
  checkNetwork(network, `tables of "${quantized.name}"`);
  const table = await tableAccuracy(network, test, progress, signal);
  return { network, quantized, accuracy: { float, table } };
}
