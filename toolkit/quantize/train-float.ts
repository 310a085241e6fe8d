import { join } from 'node:path';
import type { FloatModel } from '../model/float-model.js';
import { fuse } from '../model/fuse.js';
import { writeTfjsLayers } from '../model/write-tfjs-layers.js';
import { newTrainee, type Parameters } from './adam.js';
import { buildArchitecture } from './architectures.js';
import { loadBackend } from './backend.js';
import { folderStore } from './checkpoint.js';
import { claimModelFolder } from './claim-model-folder.js';
import { percent, testAccuracy, trainPhase, type Run } from './phase.js';
import { floatSubject, weightParameters } from './subjects.js';
import { oneHot } from './targets.js';
import { settleFloat, type FloatTrainOptions } from './train-options.js';
import { withWeights } from './with-weights.js';

export interface FloatTrainResult {
  readonly floatModel: FloatModel;
  /** On the test pictures, 0..1. */
  readonly accuracy: number;
}

/**
 * Trains a new network in floating point alone and writes it into `out/float`. Goes on from a checkpoint as `trainModel`
 * does.
 *
 * @throws as `trainModel`.
 */
export async function trainFloatModel(options: FloatTrainOptions): Promise<FloatTrainResult> {
  const { data, architecture, seed, out } = options;
  const settings = settleFloat(options);
  const progress = options.progress ?? (() => undefined);
  const model = buildArchitecture(architecture, settings.name, data.train.shape, data.train.classes, seed);
  claimModelFolder(out);
  const store = folderStore(out, settings.key);
  const found = store.load();
  const { tf } = await loadBackend();
  const run: Run = { tf, options, settings, store, found, progress };
  const parameters = await floatPhase(run, model);
  const accuracy = testAccuracy(run, floatSubject(fuse(model)), parameters);
  const floatModel = withWeights(model, parameters);
  writeTfjsLayers(join(out, 'float'), floatModel);
  progress(`float ${percent(accuracy)}`);
  return { floatModel, accuracy };
}

/** The trained parameters of a new network. */
export function floatPhase(run: Run, model: FloatModel): Promise<Parameters> {
  const fused = fuse(model);
  const targets = oneHot(run.options.data.train);
  return trainPhase(run, 'float', floatSubject(fused), targets, newTrainee(weightParameters(fused)), null);
}
