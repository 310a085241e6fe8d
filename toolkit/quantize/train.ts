import { basename, join, resolve } from 'node:path';
import type { DataSet } from '../data/data-set.js';
import { InputError } from '../errors.js';
import type { FloatModel } from '../model/float-model.js';
import { fuse } from '../model/fuse.js';
import { hashTfjsLayers } from '../model/read-tfjs-layers.js';
import { writeFileAtomic } from '../model/write-file.js';
import { writeTfjsLayers } from '../model/write-tfjs-layers.js';
import { nameSchema } from '../network/index.js';
import { newTrainee, type Parameters, type Trainee } from './adam.js';
import { buildArchitecture, type Architecture } from './architectures.js';
import { loadBackend, type Tf } from './backend.js';
import { buildQuantized } from './build-quantized.js';
import { calibrateLevels, isQuantized } from './calibrate.js';
import { loadCheckpoint, removeCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint.js';
import type { Levels } from './levels.js';
import { accuracyOf, observe, predict, trainEpoch, type Course, type Subject } from './optimize.js';
import { serializeQuantized, type QuantizedModel } from './quantized-model.js';
import {
  finishQuantized,
  floatSubject,
  quantizedSubject,
  startQuantized,
  weightParameters,
  withParameters,
} from './subjects.js';
import { distilled, oneHot } from './targets.js';
import { checkLevelCounts, WEIGHT_SCHEMES, type WeightSchemeName } from './weight-levels.js';

export interface TrainOptions {
  readonly data: { readonly train: DataSet; readonly test: DataSet };
  readonly architecture: Architecture;
  /** The model's name; by default the last part of `out`. */
  readonly name?: string;
  /** Same seed, data and backend: same model. */
  readonly seed: number;
  /** Epochs in floating point, and again as many of quantization-aware training. */
  readonly epochs: number;
  readonly activationLevels: number;
  readonly weightLevels: number;
  /** How weight levels are found; k-means by default. */
  readonly weightScheme?: WeightSchemeName;
  /** Folder for `float/`, `quantized.json` and, while it runs, `checkpoint.json`. */
  readonly out: string;
  /** The command line that a reader can repeat; goes into the provenance. */
  readonly command?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly model: QuantizedModel;
  readonly floatModel: FloatModel;
  /** On the test pictures, 0..1. The quantized one is of the trainer's own arithmetic, not of the tables. */
  readonly floatAccuracy: number;
  readonly quantizedAccuracy: number;
}

const BATCH = 64;
const RATE = 1e-3;
const SHIFT = 1;
const CALIBRATION_PICTURES = 1000;
const STEPS_PER_LINE = 200;

/**
 * Trains a network in floating point, then quantization-aware with the float network as teacher. Writes the float model
 * and the quantized model into `out`. When interrupted it goes on at the last finished epoch if called again alike.
 *
 * @throws InputError for settings that make no sense; InterruptedError when the signal is aborted.
 */
export async function trainModel(options: TrainOptions): Promise<TrainResult> {
  const { data, architecture, seed, epochs, activationLevels, weightLevels, out, signal } = options;
  const progress = options.progress ?? (() => undefined);
  const name = checkSettings(options);
  const { tf, name: backend, why } = await loadBackend();
  progress(`training ${name} (${architecture}) on ${backend}: ${why}`);

  const untrained = buildArchitecture(architecture, name, data.train.shape, data.train.classes, seed);
  const fused = fuse(untrained);
  const settings = settingsOf(options, name);
  const save = (checkpoint: Checkpoint): void => saveCheckpoint(out, settings, checkpoint);
  const found = loadCheckpoint(out, settings, progress);
  const course = (targets: Float32Array, title: string): Course => ({
    data: data.train,
    targets,
    epochs,
    batchSize: BATCH,
    rate: RATE,
    shift: SHIFT,
    seed,
    signal,
    onStep: (step, steps, loss) => {
      if (step % STEPS_PER_LINE === 0)
        progress(`${title}: step ${step} of ${steps}, loss ${loss.toFixed(4)}`);
    },
  });
  const train = async (
    title: Checkpoint['phase'],
    subject: Subject,
    targets: Float32Array,
    start: Trainee,
    float: Parameters | null,
  ): Promise<Parameters> => {
    const resumed = found?.phase === title ? found : null;
    if (resumed !== null) progress(`${title}: going on after epoch ${resumed.epoch} of ${epochs}`);
    let trainee = resumed?.trainee ?? start;
    for (let epoch = resumed?.epoch ?? 0; epoch < epochs; epoch++) {
      trainee = await trainEpoch(tf, subject, course(targets, title), trainee, epoch);
      save({ phase: title, epoch: epoch + 1, trainee, float });
      const accuracy = accuracyOf(predict(tf, subject, trainee.parameters, data.test), data.test);
      progress(`${title}: epoch ${epoch + 1} of ${epochs}, accuracy ${percent(accuracy)}`);
    }
    return trainee.parameters;
  };

  const floating = floatSubject(fused);
  const float =
    found?.float ??
    (await train('float', floating, oneHot(data.train), newTrainee(weightParameters(fused)), null));
  const floatAccuracy = accuracyOf(predict(tf, floating, float, data.test), data.test);
  const floatModel = withWeights(untrained, float);
  writeTfjsLayers(join(out, 'float'), floatModel);

  const trained = withParameters(fused, float);
  const outputs = calibrate(tf, floating, float, data.train, activationLevels);
  const quantization = {
    activationLevels,
    weightLevels,
    scheme: WEIGHT_SCHEMES[options.weightScheme ?? 'k-means'],
  };
  const zeros = new Map([...outputs].map(([stage, levels]) => [stage, levels.zero]));
  const quantized = quantizedSubject(tf, trained, quantization, zeros);
  const learned = await train(
    'quantized',
    quantized,
    distilled(data.train, predict(tf, floating, float, data.train)),
    newTrainee(startQuantized(float, trained, quantization, outputs)),
    float,
  );
  const quantizedAccuracy = accuracyOf(predict(tf, quantized, learned, data.test), data.test);
  const result = finishQuantized(learned, trained, outputs);
  const model = buildQuantized(trained, activationLevels, result.stages, result.outputs, {
    sourceHash: hashTfjsLayers(join(out, 'float', 'model.json')),
    schemes: {
      activations: `uniform, ${activationLevels} levels, learned steps`,
      weights: `${options.weightScheme ?? 'k-means'}, ${weightLevels} levels, then learned`,
    },
    seed,
    floatAccuracy,
    testPictures: data.test.labels.length,
    command: options.command ?? null,
  });
  writeFileAtomic(join(out, 'quantized.json'), serializeQuantized(model));
  removeCheckpoint(out);
  progress(`float ${percent(floatAccuracy)}, quantized ${percent(quantizedAccuracy)}`);
  return { model, floatModel, floatAccuracy, quantizedAccuracy };
}

/** The model's name. */
function checkSettings({
  data,
  name,
  out,
  epochs,
  seed,
  activationLevels,
  weightLevels,
}: TrainOptions): string {
  checkLevelCounts(activationLevels, weightLevels);
  for (const [what, value, least] of [
    ['epochs', epochs, 1],
    ['seed', seed, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InputError(`${what}: ${value} is not a whole number from ${least} on`, {
        next: `Give for example --${what} 10.`,
      });
    }
  }
  const [train, test] = [data.train, data.test].map(({ shape }) => shape.join(' x '));
  if (train !== test) {
    throw new InputError(`training pictures are ${train}, test pictures ${test}`, { where: data.test.name });
  }
  const chosen = name ?? basename(resolve(out));
  const parsed = nameSchema.safeParse(chosen);
  if (!parsed.success) {
    throw new InputError(`"${chosen}" cannot be the name of a model`, {
      where: out,
      next: 'Choose an output folder of lower-case letters and digits joined by single dashes, such as models/mnist-mlp.',
    });
  }
  return parsed.data;
}

/** Two trainings with the same text give the same model. */
function settingsOf(options: TrainOptions, name: string): string {
  const { data, architecture, seed, epochs, activationLevels, weightLevels, weightScheme } = options;
  const pictures = [data.train, data.test].map((set) => [set.name, set.labels.length]);
  return JSON.stringify([
    name,
    architecture,
    seed,
    epochs,
    activationLevels,
    weightLevels,
    weightScheme,
    pictures,
  ]);
}

function calibrate(
  tf: Tf,
  subject: Subject,
  parameters: Parameters,
  data: DataSet,
  count: number,
): ReadonlyMap<string, Levels> {
  const seen = observe(tf, subject, parameters, data, CALIBRATION_PICTURES);
  return new Map(
    subject.model.stages
      .filter((stage) => isQuantized(subject.model, stage))
      .map((stage) => [
        stage.name,
        calibrateLevels(stage, seen.get(stage.name) ?? new Float32Array(), count),
      ]),
  );
}

/** The float model with trained weights in place of its own. */
function withWeights(model: FloatModel, parameters: Parameters): FloatModel {
  return {
    ...model,
    layers: model.layers.map((layer) =>
      layer.kind === 'dense' || layer.kind === 'conv2d'
        ? {
            ...layer,
            kernel: parameters.get(`${layer.name}/kernel`) ?? layer.kernel,
            bias: parameters.get(`${layer.name}/bias`) ?? layer.bias,
          }
        : layer,
    ),
  };
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
