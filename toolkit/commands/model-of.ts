import { InputError } from '../errors.js';
import { prepareQuantization } from '../quantize/index.js';
import { percent } from '../report/text.js';
import { levelOptions, type Candidate } from '../search/index.js';
import { tablize } from '../tablize/index.js';
import { isTables, loadModel, type LoadedModel } from './model.js';
import type { Run } from './run.js';
import { CALIBRATION_PICTURES, readTrained, type TrainedOptions } from './trained-model.js';

/** `--model`, and what is needed where that is a trained model in floating point. */
export interface ModelOptions extends Omit<TrainedOptions, 'calibrate' | 'test' | 'count'> {
  readonly calibrate?: string;
  readonly levels?: Candidate;
}

/** Levels that most networks need which are not trained with them. */
export const LEVELS_WITHOUT_TRAINING: Candidate = { activations: 32, weights: 16, stages: new Map() };

/**
 * The tables of `--model`: those in a file or a model folder, or, with `--calibrate`, those that a trained model gets
 * without training it again.
 *
 * @throws InputError as `loadModel` and `readTrained` do, or if there are tables and pictures to make others with.
 */
export async function modelOf(options: ModelOptions, run: Run): Promise<LoadedModel> {
  const { calibrate, levels, model: path } = options;
  if (calibrate === undefined) {
    if (levels === undefined) return loadModel(path);
    throw new InputError('levels are for a trained model, and no pictures are given to choose them with', {
      where: '--levels',
      next: 'give some with --calibrate, such as --calibrate mnist:train',
    });
  }
  if (isTables(path)) {
    throw new InputError('it has tables already: there is nothing to calibrate', {
      where: path,
      next: 'leave --calibrate out, or give the trained model',
    });
  }
  const { output, signal } = run;
  const { floatModel, hash, calibration, test } = await readTrained(
    { ...options, calibrate, ...testOf(calibrate), count: CALIBRATION_PICTURES },
    run,
  );
  const prepared = prepareQuantization(floatModel, calibration, {
    sourceHash: hash,
    ...(test === undefined ? {} : { test }),
    progress: output.progress,
    signal,
  });
  const quantized = await prepared.quantize(levelOptions(levels ?? LEVELS_WITHOUT_TRAINING), output.progress);
  const network = tablize(quantized);
  const { floatAccuracy, testPictures } = network.provenance;
  if (floatAccuracy !== null)
    output.line(
      `${network.name}: ${percent(floatAccuracy)} in float on ${testPictures ?? 0} pictures of ${test?.name ?? ''}`,
    );
  return {
    network,
    path,
    tablized: true,
    floatModel,
    pictures: {
      images: testOf(calibrate).test ?? calibrate,
      ...(calibration.values === undefined ? {} : { values: calibration.values }),
    },
  };
}

/** The other half of a set of which one is calibrated with. */
const testOf = (calibrate: string): { readonly test?: string } =>
  calibrate.endsWith(':train') ? { test: calibrate.replace(/train$/, 'test') } : {};
