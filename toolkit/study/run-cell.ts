import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { take, type DataSet } from '../data/index.js';
import { hashTfjsLayers, readTfjsLayers, writeFileAtomic } from '../model/index.js';
import { measureNetwork, networkHash, serializeNetwork } from '../network/index.js';
import {
  claimModelFolder,
  quantizeModel,
  removeCheckpoint,
  serializeQuantized,
  trainFloatModel,
  trainModel,
  type QuantizedModel,
} from '../quantize/index.js';
import { tableAccuracy, tablize } from '../tablize/index.js';
import type { Cell } from './grid.js';
import type { CellResult } from './results.js';

/** Pictures that are enough to quantize without training. */
const CALIBRATION_PICTURES = 1000;

export interface CellRun {
  /** Folder for the cells' models and the float networks that they share; what is in it is gone on with. */
  readonly work: string;
  readonly data: { readonly train: DataSet; readonly test: DataSet };
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Trains the float network of a cell unless that is done, quantizes it, makes tables and measures them on all test
 * pictures.
 *
 * @throws as `trainModel` does; InterruptedError leaves checkpoints from which the same call goes on.
 */
export async function runCell(cell: Cell, { work, data, progress, signal }: CellRun): Promise<CellResult> {
  const folder = join(work, cell.id);
  const floatFolder = join(work, `${cell.architecture}-s${cell.seed}-f${cell.floatEpochs}`);
  const path = join(floatFolder, 'float', 'model.json');
  const say = (line: string): void => {
    progress(`${cell.id}: ${line}`);
  };
  const common = { data, seed: cell.seed, progress: say, signal };
  if (!existsSync(path)) {
    const { architecture, floatEpochs: epochs } = cell;
    await trainFloatModel({ ...common, name: architecture, architecture, epochs, out: floatFolder });
    removeCheckpoint(floatFolder);
  }
  const model = readTfjsLayers(path);
  const sourceHash = hashTfjsLayers(path);
  const { activationLevels, weightLevels, scheme, epochs } = cell;
  const name = `${cell.architecture}-${activationLevels}x${weightLevels}`;
  const levels = { activationLevels, weightLevels };
  let quantized: QuantizedModel;
  if (epochs === 0) {
    claimModelFolder(folder);
    quantized = await quantizeModel(model, take(data.train, CALIBRATION_PICTURES), {
      ...common,
      ...levels,
      name,
      sourceHash,
      weightScheme: scheme.weights,
      activationScheme: scheme.activations,
      test: data.test,
    });
    writeFileAtomic(join(folder, 'quantized.json'), serializeQuantized(quantized));
  } else {
    const trained = await trainModel({
      ...common,
      ...levels,
      name,
      origin: { model, sourceHash },
      epochs,
      weightScheme: scheme.weights,
      activationScheme: scheme.activations,
      learnLevels: scheme.learn,
      out: folder,
    });
    quantized = trained.model;
  }
  const network = tablize(quantized);
  writeFileAtomic(join(folder, 'table-network.json'), serializeNetwork(network));
  const table = await tableAccuracy(network, data.test, say, signal);
  removeCheckpoint(folder);
  const { tableEntries, weights, macs } = measureNetwork(network);
  return {
    cell: cell.id,
    architecture: cell.architecture,
    seed: cell.seed,
    levels: `${activationLevels}x${weightLevels}`,
    scheme: scheme.name,
    epochs,
    pictures: data.test.labels.length,
    accuracy: { float: quantized.provenance.floatAccuracy ?? 0, table },
    tableEntries,
    weights,
    macs,
    hash: networkHash(network),
  };
}
