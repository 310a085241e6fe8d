import type { DataSet, Pictures } from '../data/index.js';
import type { SavableModel } from '../model/index.js';
import { trainModel, type TrainOptions } from '../quantize/index.js';
import type { TablizeOptions } from '../tablize/index.js';
import { picturesFor, readGiven, type Reading } from './given.js';
import { measuredTables, type Tables } from './measured-tables.js';

/** Those of a training without a folder, and how the model is to be read. */
export interface TrainTablesOptions
  extends
    Reading,
    Omit<TrainOptions, 'data' | 'origin' | 'name' | 'out' | 'seed' | 'floatEpochs' | 'floatRate'> {
  /** To train with: the model's shape and classes go for those that are not said. */
  readonly train: Pictures | DataSet;
  /** To measure with. */
  readonly test: Pictures | DataSet;
  /** Same seed, pictures and backend: same tables; 1 by default. */
  readonly seed?: number | undefined;
  /** How the levels become integers. */
  readonly integers?: TablizeOptions | undefined;
}

/**
 * From a trained Layers model of TensorFlow.js to tables: trains it on with quantization, itself as teacher, and measures
 * the tables on the test pictures. All in memory; nothing is written, and the model stays as it is.
 *
 * @throws InputError if a layer cannot be quantized (its class and name), pictures are not such as the model reads, or
 * settings make no sense, all before the training; or if that diverges. InterruptedError when the signal is aborted.
 */
export async function trainTables(model: SavableModel, options: TrainTablesOptions): Promise<Tables> {
  const { train, test, seed = 1, integers = {}, name, labels, scale, offset, ...rest } = options;
  const float = await readGiven(model, { name, labels, scale, offset });
  const data = { train: picturesFor(float, train, 'train'), test: picturesFor(float, test, 'test') };
  const trained = await trainModel({ ...rest, data, seed, origin: { model: float } });
  return measuredTables(trained.model, trained.floatAccuracy, data.test, integers, options);
}
