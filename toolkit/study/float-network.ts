import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashTfjsFiles, readTfjsLayers, writeFileAtomic, type FloatModel } from '../model/index.js';
import { fileJson } from '../network/index.js';
import { removeCheckpoint, trainFloatModel } from '../quantize/index.js';
import { readJson, type DataPair } from './data-facts.js';
import { floatId, type Cell } from './grid.js';

/** Where and how a cell runs. */
export interface CellRun {
  /** Its name is the first part of its networks' names. */
  readonly study: { readonly name: string };
  /** The command line of the whole study, as a reader can repeat it; with the cell's id it goes into each network's provenance. */
  readonly command?: string | undefined;
  /** Folder for the cells' models and the float networks that they share; what is in it is gone on with. */
  readonly work: string;
  readonly data: DataPair;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface FloatNetwork {
  readonly model: FloatModel;
  /** `hashTfjsFiles` of its files. */
  readonly sourceHash: string;
  /** On all test pictures, 0..1; measured once, so that all cells tell the same. */
  readonly accuracy: number;
}

const FORMAT = 'tablize/float-accuracy@1';
const doneSchema = z.strictObject({
  format: z.literal(FORMAT),
  sourceHash: z.string(),
  accuracy: z.number(),
});

const floatFiles = (cell: Cell, work: string) => {
  const folder = join(work, floatId(cell));
  return { folder, model: join(folder, 'float', 'model.json'), done: join(folder, 'accuracy.json') };
};

/** The float network of a cell, if its training is over. */
export function finishedFloatNetwork(cell: Cell, work: string): FloatNetwork | null {
  const files = floatFiles(cell, work);
  const done = doneSchema.safeParse(readJson(files.done)).data;
  if (done === undefined || !existsSync(files.model)) return null;
  const sourceHash = hashTfjsFiles(files.model);
  if (done.sourceHash !== sourceHash) return null;
  return { model: readTfjsLayers(files.model), sourceHash, accuracy: done.accuracy };
}

/** The float network of a cell, trained unless that is done. @throws as `trainFloatModel`. */
export async function floatNetwork(cell: Cell, { work, ...run }: CellRun): Promise<FloatNetwork> {
  const finished = finishedFloatNetwork(cell, work);
  if (finished !== null) return finished;
  const { folder, model, done } = floatFiles(cell, work);
  const { architecture, seed, floatEpochs: epochs } = cell;
  const { accuracy } = await trainFloatModel({
    ...run,
    name: architecture,
    architecture,
    seed,
    epochs,
    out: folder,
  });
  const sourceHash = hashTfjsFiles(model);
  writeFileAtomic(done, fileJson({ format: FORMAT, sourceHash, accuracy }));
  removeCheckpoint(folder);
  return { model: readTfjsLayers(model), sourceHash, accuracy };
}
