import type { DataSet, Pictures } from '../data/index.js';
import type { SavableModel } from '../model/index.js';
import { quantizeModel, type QuantizeOptions } from '../quantize/index.js';
import type { TablizeOptions } from '../tablize/index.js';
import { picturesFor, readGiven, type Reading } from './given.js';
import { measuredTables, type Tables } from './measured-tables.js';

/** Those of a quantization after training, and how the model is to be read. */
export interface QuantizeTablesOptions
  extends Reading, Omit<QuantizeOptions, 'name' | 'sourceHash' | 'test'> {
  /** To choose levels by; a few hundred are enough. */
  readonly calibrate: Pictures | DataSet;
  /** To measure with. */
  readonly test: Pictures | DataSet;
  /** How the levels become integers. */
  readonly integers?: TablizeOptions | undefined;
}

/**
 * From a trained Layers model of TensorFlow.js to tables, without training: faster than `trainTables`, and less accurate
 * where levels are few. All in memory; nothing is written, and the model stays as it is.
 *
 * @throws InputError if a layer cannot be quantized (its class and name) or pictures are not such as the model reads;
 * InterruptedError when the signal is aborted.
 */
export async function quantizeTables(model: SavableModel, options: QuantizeTablesOptions): Promise<Tables> {
  const { calibrate, test, integers = {}, name, labels, scale, offset, ...rest } = options;
  const float = await readGiven(model, { name, labels, scale, offset });
  const calibration = picturesFor(float, calibrate, 'calibrate');
  const measured = picturesFor(float, test, 'test');
  const quantized = await quantizeModel(float, calibration, { ...rest, test: measured });
  return measuredTables(quantized, quantized.provenance.floatAccuracy ?? 0, measured, integers, options);
}
