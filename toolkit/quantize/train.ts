import { join } from 'node:path';
import type { FloatModel } from '../model/float-model.js';
import { fuse } from '../model/fuse.js';
import { hashTfjsFiles } from '../model/tfjs-files.js';
import { writeFileAtomic } from '../model/write-file.js';
import { checkTfjsLayers, writeTfjsLayers } from '../model/write-tfjs-layers.js';
import { newTrainee, type Parameters } from './adam.js';
import { buildArchitecture } from './architectures.js';
import { loadBackend } from './backend.js';
import { buildQuantized } from './build-quantized.js';
import { calibrateInput, calibrateLevels, isQuantized } from './calibrate.js';
import { checkTrainable } from './check-trainable.js';
import { claimModelFolder } from './claim-model-folder.js';
import { folderStore, NO_STORE } from './checkpoint.js';
import type { Levels } from './levels.js';
import { withEqualChannels, withPositiveNorms, withUnitKernels } from './norms.js';
import { observe, predict, type Subject } from './optimize.js';
import { percent, testAccuracy, trainPhase, type Run } from './phase.js';
import { serializeQuantized, type QuantizedModel } from './quantized-model.js';
import {
  finishQuantized,
  floatSubject,
  quantizedSubject,
  startQuantized,
  weightParameters,
  withParameters,
  type Quantization,
} from './subjects.js';
import { distilled } from './targets.js';
import { floatPhase } from './train-float.js';
import type { Tf } from './tf.js';
import { fitTo, settle, type TrainOptions, type TrainSettings } from './train-options.js';
import { withWeights } from './with-weights.js';
import { WEIGHT_QUANTIZERS, type ActivationSchemeName, type WeightQuantizer } from './quantizers/index.js';

export interface TrainResult {
  readonly model: QuantizedModel;
  readonly floatModel: FloatModel;
  /** On the test pictures, 0..1. The quantized one is of the trainer's own arithmetic, not of the tables. */
  readonly floatAccuracy: number;
  readonly quantizedAccuracy: number;
}

const CALIBRATION_PICTURES = 1000;
const SNAP_EVERY = 200;
/** Fractions of the training: levels that are learned are found anew until the first, gains follow until the second, weights move until the third. */
const LEARN_FROM = 0.02;
const HOLD_FROM = 0.5;
const FREEZE_FROM = 0.9;

/**
 * Trains a network in floating point (unless it comes trained), then quantization-aware with the float network as
 * teacher. With a folder `out` it writes the float model and the quantized model there, and when interrupted goes on at
 * the last finished epoch if called again alike. The checkpoint stays until `removeCheckpoint`, for what the caller does
 * with the model may be interrupted too.
 *
 * @throws InputError for settings that make no sense, pictures that the model does not read, a layer that cannot be
 * quantized (its name) or, with `out`, not be written, a training that diverges, or a folder that is not ours or cannot be
 * written to; InterruptedError when the signal is aborted.
 */
export async function trainModel(options: TrainOptions): Promise<TrainResult> {
  const { origin, seed, activationLevels, weightLevels, out } = options;
  const settings = settle(options);
  const progress = options.progress ?? (() => undefined);
  const start = startOf(options, settings.name);
  const data = { train: fitTo(start, options.data.train), test: fitTo(start, options.data.test) };
  const fused = fuse(start);
  checkTrainable(start, fused);
  if (out !== undefined) {
    checkTfjsLayers(start);
    claimModelFolder(out);
  }
  const store = out === undefined ? NO_STORE : folderStore(out, settings.key);
  const found = store.load();
  const { tf, name: backend, why } = await loadBackend();
  progress(`training ${settings.name} on ${backend}: ${why}`);
  const run: Run = { tf, options: { ...options, data }, settings, store, found, progress };

  const floating = floatSubject(fused);
  const parameters = weightParameters(fused);
  const float = 'model' in origin ? parameters : (found?.float ?? (await floatPhase(run, start)));
  const floatAccuracy = testAccuracy(run, floating, float);
  progress(`float: accuracy ${percent(floatAccuracy)}`);
  const floatModel = 'model' in origin ? start : withWeights(start, float);

  const weights: WeightQuantizer = WEIGHT_QUANTIZERS[settings.schemes.weights];
  const equalize = settings.shareLevels ? withUnitKernels : withEqualChannels;
  const trained = equalize(withPositiveNorms(withParameters(fused, float)));
  const quantization: Quantization = {
    input: calibrateInput(fused, data.train, activationLevels, settings.schemes.activations),
    outputs: calibrate(
      tf,
      { data, activationLevels },
      settings.schemes.activations,
      floatSubject(trained),
      weightParameters(trained),
    ),
    weightLevels: () => weightLevels,
    shareWeightLevels: settings.shareLevels,
    scheme: weights.scheme,
    multiple: weights.multiple ?? null,
    zeros: settings.zeros,
    powerOfTwoGains: settings.gains === 'powers-of-two',
    ...learning(settings),
  };
  const quantized = quantizedSubject(trained, quantization);
  const targets = distilled(data.train, predict(tf, floating, float, data.train));
  const beginning = newTrainee(startQuantized(trained, quantization));
  const learned = await trainPhase(run, 'quantized', quantized, targets, beginning, float);
  const quantizedAccuracy = testAccuracy(run, quantized, learned);

  const { stages, outputs: levels } = finishQuantized(learned, trained, quantization);
  // Not before all is learned: an old model in the folder stays whole until then.
  const written = out === undefined ? null : writeFloat(out, floatModel);
  const model = buildQuantized(trained, quantization.input, stages, levels, {
    sourceHash: written ?? ('model' in origin ? (origin.sourceHash ?? null) : null),
    schemes: describeSchemes(settings, activationLevels, weightLevels),
    seed,
    floatAccuracy,
    testPictures: data.test.labels.length,
    command: options.command ?? null,
  });
  if (out !== undefined) writeFileAtomic(join(out, 'quantized.json'), serializeQuantized(model));
  progress(`float ${percent(floatAccuracy)}, quantized ${percent(quantizedAccuracy)}`);
  return { model, floatModel, floatAccuracy, quantizedAccuracy };
}

/** The network before the training: one of ours, or the one that comes trained. */
function startOf({ origin, data, seed }: TrainOptions, name: string): FloatModel {
  if ('model' in origin) return { ...origin.model, name };
  const { shape, classes } = data.train;
  return buildArchitecture(origin.architecture, name, shape, classes, seed);
}

/** Writes the float model into a model folder; the hash of its files. */
function writeFloat(out: string, model: FloatModel): string {
  const folder = join(out, 'float');
  writeTfjsLayers(folder, model);
  return hashTfjsFiles(join(folder, 'model.json'));
}

/** Levels of fixed schemes are never learned; others are, if that is wanted. */
function learning({
  schemes,
  learnLevels,
}: TrainSettings): Pick<Quantization, 'learnWeightLevels' | 'learnActivationLevels' | 'schedule'> {
  const learnWeightLevels = learnLevels && WEIGHT_QUANTIZERS[schemes.weights].family !== 'fixed';
  return {
    learnWeightLevels,
    learnActivationLevels: learnLevels && schemes.activations !== 'fixed',
    schedule: {
      snapEvery: SNAP_EVERY,
      snapUntil: learnWeightLevels ? LEARN_FROM : FREEZE_FROM,
      holdFrom: HOLD_FROM,
      freezeFrom: FREEZE_FROM,
    },
  };
}

function describeSchemes(settings: TrainSettings, activationLevels: number, weightLevels: number) {
  const { learnWeightLevels, learnActivationLevels } = learning(settings);
  const then = (learned: boolean): string => (learned ? ', then learned' : '');
  const zeros = settings.zeros === undefined ? '' : `, ${percent(settings.zeros)} zeros`;
  const gains = settings.gains === 'any' ? '' : ', gains powers of two';
  return {
    activations: `${settings.schemes.activations}, ${activationLevels} levels${then(learnActivationLevels)}`,
    weights: `${settings.schemes.weights}, ${weightLevels} levels${settings.shareLevels ? ' shared by all layers' : ''}${then(learnWeightLevels)}${zeros}${gains}`,
  };
}

/** Levels of every tensor that is quantized, from what the float network gives. */
function calibrate(
  tf: Tf,
  options: Pick<TrainOptions, 'data' | 'activationLevels'>,
  scheme: ActivationSchemeName,
  subject: Subject,
  parameters: Parameters,
): ReadonlyMap<string, Levels> {
  const seen = observe(tf, subject, parameters, options.data.train, CALIBRATION_PICTURES);
  const stages = subject.model.stages.filter((stage) => isQuantized(subject.model, stage));
  return new Map(
    stages.map((stage) => {
      const values = seen.get(stage.name) ?? new Float32Array();
      return [stage.name, calibrateLevels(stage, values, options.activationLevels, scheme)];
    }),
  );
}
