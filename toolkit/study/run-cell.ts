import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { take } from '../data/index.js';
import { writeFileAtomic } from '../model/index.js';
import {
  measureNetwork,
  networkCompactness,
  networkHash,
  serializeNetwork,
  type TableNetwork,
} from '../network/index.js';
import {
  claimModelFolder,
  parseQuantized,
  quantizeModel,
  removeCheckpoint,
  serializeQuantized,
  trainModel,
  type QuantizedModel,
} from '../quantize/index.js';
import { tableAccuracy, tablize } from '../tablize/index.js';
import type { DataFacts } from './data-facts.js';
import { finishedFloatNetwork, type CellRun, type FloatNetwork } from './float-network.js';
import { LEAST_ERROR, type Cell } from './grid.js';
import type { CellResult } from './results.js';

/** Pictures that are enough to quantize without training. */
const CALIBRATION_PICTURES = 1000;

/** The networks of a cell, from which all else follows. */
export interface CellModels {
  readonly float: FloatNetwork;
  readonly quantized: QuantizedModel;
  readonly network: TableNetwork;
}

const cellFolder = (cell: Cell, work: string): string => join(work, cell.id);

/**
 * Quantizes the float network of a cell and makes tables.
 *
 * @throws as `trainModel` does; InterruptedError leaves a checkpoint from which the same call goes on.
 */
export async function runCell(cell: Cell, float: FloatNetwork, run: CellRun): Promise<CellModels> {
  const folder = cellFolder(cell, run.work);
  const quantized = await (cell.epochs === 0 ? quantizeCell : trainCell)(cell, float, folder, run);
  const network = tablize(quantized);
  writeFileAtomic(join(folder, 'table-network.json'), serializeNetwork(network));
  return { float, quantized, network };
}

const settingsOf = (cell: Cell, { study, command, data, progress, signal }: CellRun) => ({
  data,
  progress,
  signal,
  name: `${study.name}-${cell.architecture}-${cell.activationLevels}x${cell.weightLevels}`,
  seed: cell.seed,
  activationLevels: cell.activationLevels,
  weightLevels: cell.weightLevels,
  weightScheme: cell.scheme.weights,
  ...(cell.scheme.activations === LEAST_ERROR ? {} : { activationScheme: cell.scheme.activations }),
  ...(command === undefined ? {} : { command: `${command} --only ${cell.id}` }),
});

async function quantizeCell(
  cell: Cell,
  { model, sourceHash, accuracy }: FloatNetwork,
  folder: string,
  run: CellRun,
): Promise<QuantizedModel> {
  const { data, ...settings } = settingsOf(cell, run);
  claimModelFolder(folder);
  const found = await quantizeModel(model, take(data.train, CALIBRATION_PICTURES), {
    ...settings,
    sourceHash,
  });
  const measured = { floatAccuracy: accuracy, testPictures: data.test.labels.length };
  const quantized = { ...found, provenance: { ...found.provenance, ...measured } };
  writeFileAtomic(quantizedPath(folder), serializeQuantized(quantized));
  return quantized;
}

async function trainCell(
  cell: Cell,
  { model, sourceHash }: FloatNetwork,
  folder: string,
  run: CellRun,
): Promise<QuantizedModel> {
  const trained = await trainModel({
    ...settingsOf(cell, run),
    origin: { model, sourceHash },
    epochs: cell.epochs,
    learnLevels: cell.scheme.learn,
    shift: cell.scheme.shift,
    out: folder,
  });
  return trained.model;
}

const quantizedPath = (folder: string): string => join(folder, 'quantized.json');

/** Measures the tables of a cell on all test pictures. @throws InterruptedError when the signal is aborted. */
export async function measureCell(
  cell: Cell,
  { float, network }: CellModels,
  facts: DataFacts,
  { data, progress, signal }: CellRun,
): Promise<CellResult> {
  const { name, weights, activations, learn, shift } = cell.scheme;
  return {
    cell: cell.id,
    data: facts,
    architecture: cell.architecture,
    seed: cell.seed,
    floatEpochs: cell.floatEpochs,
    levels: { activations: cell.activationLevels, weights: cell.weightLevels },
    scheme: { name, weights, activations, learn, ...(shift === undefined ? {} : { shift }) },
    epochs: cell.epochs,
    accuracy: { float: float.accuracy, table: await tableAccuracy(network, data.test, progress, signal) },
    hash: networkHash(network),
    macs: measureNetwork(network).macs,
    compactness: networkCompactness(network),
  };
}

/** The networks from which a result was measured; null where they are gone, or made anew with another outcome. */
export function modelsOf(cell: Cell, work: string, { hash }: CellResult): CellModels | null {
  const float = finishedFloatNetwork(cell, work);
  const path = quantizedPath(cellFolder(cell, work));
  if (float === null || !existsSync(path)) return null;
  const quantized = parseQuantized(readFileSync(path, 'utf8'), path);
  const network = tablize(quantized);
  return networkHash(network) === hash ? { float, quantized, network } : null;
}

/** What a cell needs no more once its result is written. */
export function tidyCell(cell: Cell, work: string): void {
  removeCheckpoint(cellFolder(cell, work));
}
