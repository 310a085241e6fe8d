import { picture, type DataSet } from '../data/data-set.js';
import { InputError, InterruptedError } from '../errors.js';
import { activate, evaluateFused, inputValues } from '../model/evaluate-float.js';
import { elements, type FloatModel } from '../model/float-model.js';
import { fuse, hasWeights, type FusedModel } from '../model/fuse.js';
import { buildQuantized, inputLevels, inputTable, type StageQuantization } from './build-quantized.js';
import { isQuantized } from './calibrate.js';
import { roundTo } from './dequantize.js';
import { levelsCovering, levelValue, type Levels } from './levels.js';
import type { QuantizedModel } from './quantized-model.js';
import {
  checkLevelCounts,
  levelsAt,
  nearestLevels,
  WEIGHT_SCHEMES,
  type WeightSchemeName,
} from './weight-levels.js';

export interface QuantizeOptions {
  /** The model's name; by default that of the float model. */
  readonly name?: string;
  readonly activationLevels: number;
  readonly weightLevels: number;
  /** How weight levels are found; k-means by default. */
  readonly weightScheme?: WeightSchemeName;
  /** SHA-256 of the model's files (`hashTfjsLayers`), for the provenance. */
  readonly sourceHash?: string;
  /** To measure the float model's accuracy for the provenance. */
  readonly test?: DataSet;
  /** The command line that a reader can repeat; goes into the provenance. */
  readonly command?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Values per tensor that are kept to choose its levels from. */
const SAMPLE = 100_000;

/**
 * Quantizes a trained network without training it (a few hundred pictures are enough): levels of activations with the least squared error on the
 * calibration pictures, levels of weights by the scheme, and biases corrected so that every channel keeps its mean.
 *
 * @throws InputError if the model cannot be deployed or the pictures are not of its size; InterruptedError when the
 * signal is aborted.
 */
export async function quantizeModel(
  model: FloatModel,
  calibration: DataSet,
  options: QuantizeOptions,
): Promise<QuantizedModel> {
  const { activationLevels, weightLevels, weightScheme = 'k-means', test } = options;
  checkLevelCounts(activationLevels, weightLevels);
  const fused = fuse({ ...model, name: options.name ?? model.name });
  const progress = options.progress ?? (() => undefined);
  for (const data of test === undefined ? [calibration] : [calibration, test]) checkPictures(fused, data);

  progress(`calibrating on ${calibration.labels.length} pictures of ${calibration.name}`);
  const float = await observe(plain(fused), calibration, options.signal);
  const outputs = new Map(
    fused.stages
      .filter((stage) => isQuantized(fused, stage))
      .map((stage) => [stage.name, leastErrorLevels(float.samples.get(stage.name) ?? [], activationLevels)]),
  );

  const scheme = WEIGHT_SCHEMES[weightScheme];
  const stages = new Map<string, StageQuantization>();
  for (const stage of fused.stages.filter(hasWeights)) {
    const found = scheme(stage.kernel, weightLevels);
    stages.set(stage.name, { weights: stage.kernel, weightLevels: found, bias: stage.bias });
    const quantized = await observe(
      rounded(fused, stages, outputs, activationLevels),
      calibration,
      options.signal,
    );
    const expected = float.means.get(stage.name);
    const got = quantized.means.get(stage.name);
    const bias = stage.bias.map((value, c) => value + (expected?.[c] ?? 0) - (got?.[c] ?? 0));
    stages.set(stage.name, { weights: stage.kernel, weightLevels: found, bias });
    progress(`${stage.name}: ${found.length} weight levels`);
  }
  const floatAccuracy = test === undefined ? null : await accuracy(plain(fused), test, options.signal);
  return buildQuantized(fused, activationLevels, stages, outputs, {
    sourceHash: options.sourceHash ?? null,
    schemes: {
      activations: `uniform, ${activationLevels} levels, least squared error`,
      weights: `${weightScheme}, ${weightLevels} levels, after training`,
    },
    seed: null,
    floatAccuracy,
    testPictures: test?.labels.length ?? null,
    command: options.command ?? null,
  });
}

/** A network whose stages are evaluated without activation, and what is done to their outputs then. */
interface Evaluation {
  readonly model: FusedModel;
  readonly input: (picture: Uint8Array) => Float32Array;
  readonly finish: (stage: string, output: Float32Array) => Float32Array;
}

/** The network as it is. */
function plain(fused: FusedModel): Evaluation {
  const activations = new Map(
    fused.stages.filter(hasWeights).map(({ name, activation }) => [name, activation]),
  );
  return {
    model: {
      ...fused,
      stages: fused.stages.map((stage) => (hasWeights(stage) ? { ...stage, activation: 'linear' } : stage)),
    },
    input: (bytes) => inputValues(fused, bytes),
    finish: (stage, output) => output.map((value) => activate(activations.get(stage) ?? 'linear', value)),
  };
}

/** The network with all that is quantized so far; stages that are not yet keep their weights. */
function rounded(
  fused: FusedModel,
  stages: ReadonlyMap<string, StageQuantization>,
  outputs: ReadonlyMap<string, Levels>,
  activationLevels: number,
): Evaluation {
  const { model, finish } = plain(fused);
  const levels = inputLevels(fused, activationLevels);
  const values = inputTable(fused, levels).map((index) => levelValue(levels, index));
  return {
    model: {
      ...model,
      stages: model.stages.map((stage) => {
        const found = stages.get(stage.name);
        if (!hasWeights(stage) || found === undefined) return stage;
        const kernel = levelsAt(found.weightLevels, nearestLevels(found.weightLevels, found.weights));
        return { ...stage, kernel, bias: found.bias };
      }),
    },
    input: (bytes) => Float32Array.from(bytes, (byte) => values[byte] ?? 0),
    finish: (stage, output) => {
      const to = outputs.get(stage);
      return to === undefined ? output : roundTo(to, finish(stage, output));
    },
  };
}

interface Observation {
  /** Mean of each output channel before activation. */
  readonly means: ReadonlyMap<string, Float64Array>;
  /** Some output values after activation. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

async function observe(
  { model, input, finish }: Evaluation,
  data: DataSet,
  signal: AbortSignal | undefined,
): Promise<Observation> {
  const sums = new Map<string, Float64Array>();
  const counts = new Map<string, number>();
  const samples = new Map<string, number[]>();
  for (let i = 0; i < data.labels.length; i++) {
    await breathe(signal);
    evaluateFused(model, input(picture(data, i)), (stage, output) => {
      const channels = stage.shape[2];
      const sum = sums.get(stage.name) ?? new Float64Array(channels);
      output.forEach((value, at) => (sum[at % channels] = (sum[at % channels] ?? 0) + value));
      sums.set(stage.name, sum);
      counts.set(stage.name, (counts.get(stage.name) ?? 0) + output.length / channels);
      const finished = finish(stage.name, output);
      const kept = samples.get(stage.name) ?? [];
      const every = Math.max(1, Math.ceil((output.length * data.labels.length) / SAMPLE));
      // The offset turns with the picture, so that all positions are seen.
      for (let at = i % every; at < finished.length; at += every) kept.push(finished[at] ?? 0);
      samples.set(stage.name, kept);
      return finished;
    });
  }
  const means = new Map(
    [...sums].map(([name, sum]) => [name, sum.map((total) => total / (counts.get(name) ?? 1))]),
  );
  return { means, samples };
}

/** The levels with the least squared error on these values, out of 40 fractions of the range that covers them all. */
export function leastErrorLevels(values: readonly number[], count: number): Levels {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  const array = Float32Array.from(values);
  const candidates = Array.from({ length: 40 }, (_, k) => {
    const fraction = (k + 1) / 40;
    const levels = levelsCovering(fraction * least, fraction * greatest, count);
    const error = roundTo(levels, array).reduce((sum, value, i) => sum + (value - (array[i] ?? 0)) ** 2, 0);
    return { levels, error };
  });
  return candidates.reduce((best, candidate) => (candidate.error < best.error ? candidate : best)).levels;
}

async function accuracy(
  evaluation: Evaluation,
  data: DataSet,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { model, input, finish } = evaluation;
  let right = 0;
  for (const [i, label] of data.labels.entries()) {
    await breathe(signal);
    const logits = evaluateFused(model, input(picture(data, i)), ({ name }, output) => finish(name, output));
    if (logits.indexOf(logits.reduce((a, b) => Math.max(a, b))) === label) right++;
  }
  return right / data.labels.length;
}

/** Lets timers and signals through. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new InterruptedError();
}

function checkPictures(model: FusedModel, data: DataSet): void {
  const [wanted, found] = [elements(model.input.shape), elements(data.shape)];
  if (wanted !== found) {
    throw new InputError(
      `pictures of ${data.shape.join(' x ')} for a model that reads ${model.input.shape.join(' x ')}`,
      { where: data.name, next: 'Give pictures of the size the model was trained on.' },
    );
  }
  if (data.labels.length === 0) throw new InputError('no pictures to calibrate with', { where: data.name });
}
