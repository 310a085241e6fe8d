import { join } from 'node:path';
import { InterruptedError } from '../errors.js';
import type { FloatLayer, FloatModel } from '../model/float-model.js';
import { fuse } from '../model/fuse.js';
import { hashTfjsLayers } from '../model/read-tfjs-layers.js';
import { writeFileAtomic } from '../model/write-file.js';
import { writeTfjsLayers } from '../model/write-tfjs-layers.js';
import { newTrainee, type Parameters, type Trainee } from './adam.js';
import { buildArchitecture } from './architectures.js';
import { loadBackend, type Tf } from './backend.js';
import { buildQuantized } from './build-quantized.js';
import { calibrateInput, calibrateLevels, isQuantized } from './calibrate.js';
import { claimModelFolder } from './claim-model-folder.js';
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint.js';
import type { Levels } from './levels.js';
import { accuracyOf, measureNorms, observe, predict, trainEpoch, type Subject } from './optimize.js';
import { serializeQuantized, type QuantizedModel } from './quantized-model.js';
import {
  finishQuantized,
  floatSubject,
  quantizedSubject,
  startQuantized,
  weightParameters,
  withParameters,
  withPositiveNorms,
  type Quantization,
} from './subjects.js';
import { distilled, oneHot } from './targets.js';
import { settle, type TrainOptions, type TrainSettings } from './train-options.js';
import { WEIGHT_QUANTIZERS } from './quantizers/index.js';

export interface TrainResult {
  readonly model: QuantizedModel;
  readonly floatModel: FloatModel;
  /** On the test pictures, 0..1. The quantized one is of the trainer's own arithmetic, not of the tables. */
  readonly floatAccuracy: number;
  readonly quantizedAccuracy: number;
}

const BATCH = 64;
const SHIFT = 1;
const CALIBRATION_PICTURES = 1000;
const STEPS_PER_LINE = 200;
const SNAP_EVERY = 200;
/** Fractions of the training: levels that are learned are found anew until the first, weights move until the second. */
const LEARN_FROM = 0.5;
const FREEZE_FROM = 0.85;
/** Batches by which the norms are measured at the end. */
const NORM_BATCHES = 100;

/**
 * Trains a network in floating point (unless it comes trained), then quantization-aware with the float network as
 * teacher. Writes the float model and the quantized model into `out`. When interrupted it goes on at the last finished
 * epoch if called again alike. The checkpoint stays until `removeCheckpoint`, for what the caller does with the model may
 * be interrupted too.
 *
 * @throws InputError for settings that make no sense, a layer that cannot be quantized (its name), a training that
 * diverges, or a folder that is not ours or cannot be written to; InterruptedError when the signal is aborted.
 */
export async function trainModel(options: TrainOptions): Promise<TrainResult> {
  const { data, origin, seed, activationLevels, weightLevels, out } = options;
  const settings = settle(options);
  const progress = options.progress ?? (() => undefined);
  const start =
    'model' in origin
      ? { ...origin.model, name: settings.name }
      : buildArchitecture(origin.architecture, settings.name, data.train.shape, data.train.classes, seed);
  const fused = fuse(start);
  claimModelFolder(out);
  const found = loadCheckpoint(out, settings.key);
  const { tf, name: backend, why } = await loadBackend();
  progress(`training ${settings.name} on ${backend}: ${why}`);
  const run: Run = { tf, options, settings, found, progress };

  const floating = floatSubject(fused);
  const parameters = weightParameters(fused);
  const float =
    'model' in origin
      ? parameters
      : (found?.float ??
        (await train(run, 'float', floating, oneHot(data.train), newTrainee(parameters), null)));
  const floatAccuracy = testAccuracy(run, floating, float);
  progress(`float: accuracy ${percent(floatAccuracy)}`);
  const floatModel = 'model' in origin ? start : withWeights(start, float);

  const trained = withPositiveNorms(withParameters(fused, float));
  const quantization: Quantization = {
    input: calibrateInput(fused, data.train, activationLevels, settings.schemes.activations),
    outputs: calibrate(run, floatSubject(trained), weightParameters(trained)),
    weightLevels: () => weightLevels,
    scheme: WEIGHT_QUANTIZERS[settings.schemes.weights].scheme,
    ...learning(settings),
  };
  const quantized = quantizedSubject(trained, quantization);
  const targets = distilled(data.train, predict(tf, floating, float, data.train));
  const beginning = newTrainee(startQuantized(trained, quantization));
  const learned = await train(run, 'quantized', quantized, targets, beginning, float);
  const quantizedAccuracy = testAccuracy(run, quantized, learned);

  const { stages, outputs: levels } = finishQuantized(learned, trained, quantization.outputs);
  // Not before all is learned: an old model in the folder stays whole until then.
  writeTfjsLayers(join(out, 'float'), floatModel);
  const model = buildQuantized(trained, quantization.input, stages, levels, {
    sourceHash: hashTfjsLayers(join(out, 'float', 'model.json')),
    schemes: describeSchemes(settings, activationLevels, weightLevels),
    seed,
    floatAccuracy,
    testPictures: data.test.labels.length,
    command: options.command ?? null,
  });
  writeFileAtomic(join(out, 'quantized.json'), serializeQuantized(model));
  progress(`float ${percent(floatAccuracy)}, quantized ${percent(quantizedAccuracy)}`);
  return { model, floatModel, floatAccuracy, quantizedAccuracy };
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
      freezeFrom: FREEZE_FROM,
    },
  };
}

function describeSchemes(settings: TrainSettings, activationLevels: number, weightLevels: number) {
  const { learnWeightLevels, learnActivationLevels } = learning(settings);
  const then = (learned: boolean): string => (learned ? ', then learned' : '');
  return {
    activations: `${settings.schemes.activations}, ${activationLevels} levels${then(learnActivationLevels)}`,
    weights: `${settings.schemes.weights}, ${weightLevels} levels${then(learnWeightLevels)}`,
  };
}

/** What both phases of a training need. */
interface Run {
  readonly tf: Tf;
  readonly options: TrainOptions;
  readonly settings: TrainSettings;
  readonly found: Checkpoint | null;
  readonly progress: (line: string) => void;
}

/** One phase: all its epochs, or those that the checkpoint leaves. `float` is what the checkpoints must remember. */
async function train(
  run: Run,
  phase: Checkpoint['phase'],
  subject: Subject,
  targets: Float32Array,
  start: Trainee,
  float: Parameters | null,
): Promise<Parameters> {
  const { tf, options, settings, found, progress } = run;
  const epochs = settings.epochs[phase];
  const course = {
    data: options.data.train,
    targets,
    epochs,
    batchSize: BATCH,
    rate: settings.rate,
    shift: SHIFT,
    seed: options.seed,
    signal: options.signal,
    onStep: (step: number, steps: number, loss: number): void => {
      if (step % STEPS_PER_LINE === 0)
        progress(`${phase}: step ${step} of ${steps}, loss ${loss.toFixed(4)}`);
    },
  };
  const resumed = found?.phase === phase ? found : null;
  if (resumed !== null) progress(`${phase}: going on after epoch ${resumed.epoch} of ${epochs}`);
  let trainee = resumed?.trainee ?? start;
  for (let epoch = resumed?.epoch ?? 0; epoch < epochs; epoch++) {
    trainee = await trainEpoch(tf, subject, course, trainee, epoch).catch((error: unknown) => {
      throw error instanceof InterruptedError
        ? new InterruptedError(standing(settings, phase, epoch))
        : error;
    });
    saveCheckpoint(options.out, settings.key, { phase, epoch: epoch + 1, trainee, float });
    const accuracy = testAccuracy(run, subject, trainee.parameters);
    progress(`${phase}: epoch ${epoch + 1} of ${epochs}, accuracy ${percent(accuracy)}`);
  }
  const norms = measureNorms(tf, subject, trainee.parameters, course, NORM_BATCHES);
  progress(`${phase}: norms measured, accuracy ${percent(testAccuracy(run, subject, norms))}`);
  return norms;
}

/** What an interrupted training says when so many epochs of a phase are done. */
function standing({ epochs }: TrainSettings, phase: Checkpoint['phase'], epoch: number): string {
  const [last, done] =
    phase === 'quantized' && epoch === 0 ? (['float', epochs.float] as const) : ([phase, epoch] as const);
  return done === 0
    ? 'interrupted in the first epoch: there is no checkpoint yet, the same command starts anew'
    : `interrupted: the same command goes on from the checkpoint (${last}, epoch ${done} of ${epochs[last]})`;
}

function testAccuracy({ tf, options }: Run, subject: Subject, parameters: Parameters): number {
  const { test } = options.data;
  return accuracyOf(predict(tf, subject, parameters, test), test);
}

/** Levels of every tensor that is quantized, from what the float network gives. */
function calibrate(
  { tf, options, settings }: Run,
  subject: Subject,
  parameters: Parameters,
): ReadonlyMap<string, Levels> {
  const seen = observe(tf, subject, parameters, options.data.train, CALIBRATION_PICTURES);
  const stages = subject.model.stages.filter((stage) => isQuantized(subject.model, stage));
  return new Map(
    stages.map((stage) => {
      const values = seen.get(stage.name) ?? new Float32Array();
      return [
        stage.name,
        calibrateLevels(stage, values, options.activationLevels, settings.schemes.activations),
      ];
    }),
  );
}

/** The float model with trained weights in place of its own. */
function withWeights(model: FloatModel, parameters: Parameters): FloatModel {
  const norms = new Map(
    model.layers.flatMap((layer) => (layer.kind === 'batchNorm' ? [[layer.input, layer.name]] : [])),
  );
  const owners = new Map([...norms].map(([owner, norm]) => [norm, owner]));
  return {
    ...model,
    layers: model.layers.map((layer): FloatLayer => {
      const part = (owner: string, name: string, otherwise: Float32Array): Float32Array =>
        parameters.get(`${owner}/${name}`) ?? otherwise;
      if (layer.kind === 'batchNorm') {
        const owner = owners.get(layer.name) ?? layer.name;
        return {
          ...layer,
          gamma: part(owner, 'gamma', layer.gamma),
          beta: part(owner, 'shift', layer.beta),
          mean: part(owner, 'mean', layer.mean),
          variance: part(owner, 'variance', layer.variance),
        };
      }
      if (!('kernel' in layer)) return layer;
      const kernel = part(layer.name, 'kernel', layer.kernel);
      // The shift of a stage with a norm is the norm's.
      return norms.has(layer.name)
        ? { ...layer, kernel }
        : { ...layer, kernel, bias: part(layer.name, 'shift', layer.bias) };
    }),
  };
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
