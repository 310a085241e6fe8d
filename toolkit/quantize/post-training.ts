import { picture, type DataSet } from '../data/data-set.js';
import { InputError, InterruptedError } from '../errors.js';
import { activate } from '../model/activations.js';
import { evaluateFused, evaluateStage, inputValues } from '../model/evaluate-float.js';
import { elements, inputsOf, type FloatModel } from '../model/float-model.js';
import {
  activationOf,
  affine,
  fuse,
  hasWeights,
  type FusedModel,
  type FusedWeighted,
} from '../model/fuse.js';
import { INPUT } from '../network/index.js';
import { buildQuantized, inputTable, type StageQuantization } from './build-quantized.js';
import { calibrateInput, calibrateLevels, isQuantized } from './calibrate.js';
import { roundTo } from './dequantize.js';
import { levelsCovering, levelValue, type Levels, type UniformLevels } from './levels.js';
import type { QuantizedModel } from './quantized-model.js';
import { WEIGHT_SCHEMES, type ActivationSchemeName, type WeightSchemeName } from './quantizers/index.js';
import { withPositiveNorms } from './norms.js';
import { checkLevelCounts, levelsAt, nearestLevels } from './weight-levels.js';

export interface QuantizeOptions {
  /** The model's name; by default that of the float model. */
  readonly name?: string;
  readonly activationLevels: number;
  readonly weightLevels: number;
  /** How weight levels are found; k-means by default. */
  readonly weightScheme?: WeightSchemeName;
  /** How activation levels are found; by default equally spaced with the least squared error. */
  readonly activationScheme?: ActivationSchemeName;
  /**
   * Whether the output channels of a hidden stage may have a scale each: `norms`, where the network has a batch norm
   * (the default); `always`; or `never`, so that every requantization is a shift.
   */
  readonly channelScales?: 'norms' | 'always' | 'never';
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

/** The values of one tensor for every calibration picture. */
type Tensor = readonly Float32Array[];

/**
 * Quantizes a trained network without training it (a few hundred pictures are enough). Stage by stage, the float network
 * and the network quantized so far see the same pictures: levels of activations are those of least squared error,
 * levels of weights come from the scheme, and scale and bias of each channel are what brings the quantized sums closest
 * to the float ones (least squares).
 *
 * @throws InputError if the model cannot be deployed or the pictures are not of its size; InterruptedError when the
 * signal is aborted.
 */
export async function quantizeModel(
  model: FloatModel,
  calibration: DataSet,
  options: QuantizeOptions,
): Promise<QuantizedModel> {
  const { activationLevels, weightLevels, weightScheme = 'k-means', channelScales = 'norms', test } = options;
  checkLevelCounts(activationLevels, weightLevels);
  const fused = withPositiveNorms(fuse({ ...model, name: options.name ?? model.name }));
  const progress = options.progress ?? (() => undefined);
  for (const data of test === undefined ? [calibration] : [calibration, test]) checkPictures(fused, data);
  progress(`calibrating on ${calibration.labels.length} pictures of ${calibration.name}`);

  const { activationScheme } = options;
  const input = calibrateInput(fused, calibration, activationLevels, activationScheme ?? 'uniform');
  const rounded = inputTable(fused, input).map((index) => levelValue(input, index));
  const pictures = Array.from(calibration.labels, (_, i) => picture(calibration, i));
  const float = new Map<string, Tensor>([[INPUT, pictures.map((bytes) => inputValues(fused, bytes))]]);
  const quantized = new Map<string, Tensor>([
    [INPUT, pictures.map((bytes) => Float32Array.from(bytes, (byte) => rounded[byte] ?? 0))],
  ]);
  const stages = new Map<string, StageQuantization>();
  const outputs = new Map<string, Levels>();
  for (const stage of fused.stages) {
    const activation = activationOf(stage);
    const plain = 'activation' in stage ? { ...stage, activation: 'linear' as const } : stage;
    const run = async (source: ReadonlyMap<string, Tensor>, as: typeof plain): Promise<Float32Array[]> => {
      const from = inputsOf(stage).map((name) => source.get(name) ?? []);
      const result: Float32Array[] = [];
      for (let i = 0; i < pictures.length; i++) {
        if (i % PICTURES_BETWEEN_BREATHS === 0) await breathe(options.signal);
        result.push(
          evaluateStage(
            as,
            from.map((tensor) => tensor[i] ?? new Float32Array()),
          ),
        );
      }
      return result;
    };
    const sums = await run(float, plain);
    const expected = sums.map((values) => values.map((value) => activate(activation, value)));
    let got: Tensor;
    if (hasWeights(plain)) {
      const scaled =
        isQuantized(fused, stage) &&
        (channelScales === 'always' || (channelScales === 'norms' && plain.norm !== null));
      const found = quantizeWeights(plain, scaled, WEIGHT_SCHEMES[weightScheme], weightLevels);
      const channels = plain.bias.length;
      const kernel = levelsAt(found.weightLevels, nearestLevels(found.weightLevels, found.weights));
      const products = await run(quantized, { ...plain, kernel, bias: plain.bias.map(() => 0), norm: null });
      const fit = scaled
        ? fitScales(products, sums, channels, found.scale)
        : fitBiases(products, sums, channels);
      stages.set(stage.name, { ...found, ...fit });
      got = products.map((values) =>
        values.map((value, i) => {
          const c = i % channels;
          return activate(activation, value * (fit.scale?.[c] ?? 1) + (fit.bias[c] ?? 0));
        }),
      );
      progress(`${stage.name}: ${found.weightLevels.length} weight levels`);
    } else {
      got = (await run(quantized, plain)).map((values) => values.map((value) => activate(activation, value)));
    }
    if (isQuantized(fused, stage)) {
      const sample = sampleOf(expected);
      const levels =
        activationScheme === undefined
          ? leastErrorLevels(sample, activationLevels)
          : calibrateLevels(stage, Float32Array.from(sample), activationLevels, activationScheme);
      outputs.set(stage.name, levels);
      got = got.map((values) => roundTo(levels, values));
    }
    float.set(stage.name, expected);
    quantized.set(stage.name, got);
  }
  const floatAccuracy = test === undefined ? null : await accuracy(fused, test, options.signal);
  return buildQuantized(fused, input, stages, outputs, {
    sourceHash: options.sourceHash ?? null,
    schemes: {
      activations: `${activationScheme ?? 'least squared error'}, ${activationLevels} levels`,
      weights: `${weightScheme}, ${weightLevels} levels, after training`,
    },
    seed: null,
    floatAccuracy,
    testPictures: test?.labels.length ?? null,
    command: options.command ?? null,
  });
}

const PICTURES_BETWEEN_BREATHS = 20;

/**
 * Weight levels of a stage. With a scale per channel the levels are found on weights divided by the root mean square of
 * their channel, so that one table serves channels of all sizes; without, on the weights with the norm folded in.
 */
function quantizeWeights(
  stage: FusedWeighted,
  scaled: boolean,
  scheme: (weights: Float32Array, count: number) => Float32Array,
  count: number,
): StageQuantization {
  const whole = stage.norm === null ? null : affine(stage.norm).scale;
  const channels = stage.bias.length;
  const kernel = stage.kernel.map((weight, i) => weight * (whole?.[i % channels] ?? 1));
  if (!scaled) return { weights: kernel, weightLevels: scheme(kernel, count), scale: null, bias: stage.bias };
  const squares = new Float64Array(channels);
  kernel.forEach((weight, i) => (squares[i % channels] = (squares[i % channels] ?? 0) + weight * weight));
  const scale = Float32Array.from(squares, (sum) => Math.sqrt((sum * channels) / kernel.length) || 1);
  const weights = kernel.map((weight, i) => weight / (scale[i % channels] ?? 1));
  return { weights, weightLevels: scheme(weights, count), scale, bias: stage.bias };
}

type Fit = Pick<StageQuantization, 'scale' | 'bias'>;

/** Per channel the bias with which the sums keep their mean. */
function fitBiases(got: Tensor, wanted: Tensor, channels: number): Fit {
  const { meanGot, meanWanted } = moments(got, wanted, channels);
  return { scale: null, bias: Float32Array.from(meanWanted, (mean, c) => mean - (meanGot[c] ?? 0)) };
}

/** Per channel the scale and bias of least squared error; the scale stays within a factor of 2 of `start`. */
function fitScales(got: Tensor, wanted: Tensor, channels: number, start: Float32Array | null): Fit {
  const { meanGot, meanWanted, variance, covariance } = moments(got, wanted, channels);
  const scale = Float32Array.from(variance, (own, c) => {
    const before = start?.[c] ?? 1;
    const fitted = own > 0 ? (covariance[c] ?? 0) / own : before;
    return Math.min(Math.max(fitted, before / 2), before * 2);
  });
  const bias = Float32Array.from(meanWanted, (mean, c) => mean - (scale[c] ?? 1) * (meanGot[c] ?? 0));
  return { scale, bias };
}

function moments(got: Tensor, wanted: Tensor, channels: number) {
  const [x, y, xx, xy] = Array.from({ length: 4 }, () => new Float64Array(channels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let count = 0;
  got.forEach((values, i) => {
    const other = wanted[i] ?? values;
    count += values.length / channels;
    for (let at = 0; at < values.length; at++) {
      const c = at % channels;
      const a = values[at] ?? 0;
      const b = other[at] ?? 0;
      x[c] = (x[c] ?? 0) + a;
      y[c] = (y[c] ?? 0) + b;
      xx[c] = (xx[c] ?? 0) + a * a;
      xy[c] = (xy[c] ?? 0) + a * b;
    }
  });
  const meanGot = x.map((sum) => sum / count);
  const meanWanted = y.map((sum) => sum / count);
  return {
    meanGot,
    meanWanted,
    variance: xx.map((sum, c) => sum / count - (meanGot[c] ?? 0) ** 2),
    covariance: xy.map((sum, c) => sum / count - (meanGot[c] ?? 0) * (meanWanted[c] ?? 0)),
  };
}
/** The levels with the least squared error on these values, out of 40 fractions of the range that covers them all. */
export function leastErrorLevels(values: readonly number[], count: number): UniformLevels {
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

/** Some values of a tensor, from all pictures and positions alike. */
function sampleOf(tensor: Tensor): number[] {
  const total = tensor.reduce((sum, values) => sum + values.length, 0);
  const every = Math.max(1, Math.ceil(total / SAMPLE));
  // The offset turns with the picture, so that all positions are seen.
  return tensor.flatMap((values, i) => {
    const kept: number[] = [];
    for (let at = i % every; at < values.length; at += every) kept.push(values[at] ?? 0);
    return kept;
  });
}

async function accuracy(model: FusedModel, data: DataSet, signal: AbortSignal | undefined): Promise<number> {
  let right = 0;
  for (const [i, label] of data.labels.entries()) {
    if (i % PICTURES_BETWEEN_BREATHS === 0) await breathe(signal);
    const logits = evaluateFused(model, inputValues(model, picture(data, i)));
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
