import { picture, type DataSet } from '../data/data-set.js';
import { InputError } from '../errors.js';
import { activateAll, isPerChannel, isWave } from '../model/activations.js';
import { elements, type FloatModel } from '../model/float-model.js';
import {
  activationOf,
  affine,
  fuse,
  hasWeights,
  type FusedModel,
  type FusedStage,
  type FusedWeighted,
} from '../model/fuse.js';
import { INPUT } from '../network/index.js';
import { buildQuantized, inputTable, type StageQuantization } from './build-quantized.js';
import { calibrateInput, calibrateLevels, isQuantized } from './calibrate.js';
import { roundTo } from './dequantize.js';
import { fewValues } from './few-values.js';
import { fitBiases, fitScales } from './fit-sums.js';
import {
  dropRead,
  floatPass,
  floatRight,
  readBy,
  sumsOf,
  type FloatStage,
  type Tensor,
} from './float-pass.js';
import { leastErrorLevels } from './least-error-levels.js';
import { levelValue, type Levels } from './levels.js';
import type { QuantizedModel } from './quantized-model.js';
import { WEIGHT_SCHEMES, type ActivationSchemeName, type WeightSchemeName } from './quantizers/index.js';
import { withPositiveNorms } from './norms.js';
import { remember } from './remember.js';
import { roundWeights } from './round-weights.js';
import {
  countsText,
  planLevels,
  tableSizes,
  tableStages,
  type LevelCounts,
  type LevelOptions,
  type LevelPlan,
  type TableStage,
} from './stage-levels.js';
import { levelsAt, nearestLevels } from './weight-levels.js';

/** What is the same for all numbers of levels. */
export interface PrepareOptions {
  /** The model's name; by default that of the float model. */
  readonly name?: string;
  /** How weight levels are found; k-means by default. */
  readonly weightScheme?: WeightSchemeName;
  /** How activation levels are found; by default equally spaced with the least squared error. */
  readonly activationScheme?: ActivationSchemeName;
  /**
   * Whether the output channels of a hidden stage may have a scale each: `norms`, where the network has a batch norm
   * (the default); `always`; or `never`, so that every requantization is a shift.
   */
  readonly channelScales?: 'norms' | 'always' | 'never';
  /** SHA-256 of the model's files (`hashTfjsFiles`), for the provenance. */
  readonly sourceHash?: string;
  /** To measure the float model's accuracy for the provenance. */
  readonly test?: DataSet;
  /** The command line that a reader can repeat; goes into the provenance. */
  readonly command?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface QuantizeOptions extends PrepareOptions, LevelOptions {}

/**
 * A trained network and its calibration pictures, to be quantized with one or many numbers of levels. What the float
 * network does with the pictures and what its accuracy is, is found out once, when it is first needed, and so are
 * levels of a tensor or of a stage's weights for the same number of them.
 */
export interface PreparedModel {
  /** The stages that have product tables. */
  readonly stages: readonly TableStage[];
  /** The size of each product table with these numbers of levels. @throws InputError as `quantize` does */
  readonly tableSizes: (levels: LevelOptions) => ReadonlyMap<string, LevelCounts>;
  /** Per picture of `data` 1 if the float network labels it right, else 0. @throws InterruptedError */
  readonly floatRight: (data: DataSet) => Promise<Uint8Array>;
  /** The same levels give the same model. @throws InputError for levels that cannot be; InterruptedError */
  readonly quantize: (levels: LevelOptions, progress?: (line: string) => void) => Promise<QuantizedModel>;
}

/**
 * Quantizes a trained network without training it (a few hundred pictures are enough). Stage by stage, the float network
 * and the network quantized so far see the same pictures: levels of activations are those of least squared error,
 * levels of weights come from the scheme, weights are rounded together (`roundWeights`), and scale and bias of each
 * channel are what brings the quantized sums closest to the float ones (least squares).
 *
 * @throws InputError if the model cannot be deployed, the pictures are not of its size or the levels cannot be;
 * InterruptedError when the signal is aborted.
 */
export async function quantizeModel(
  model: FloatModel,
  calibration: DataSet,
  options: QuantizeOptions,
): Promise<QuantizedModel> {
  return prepareQuantization(model, calibration, options).quantize(options, options.progress);
}

/** @throws InputError if the model cannot be deployed or the pictures are not of its size. */
export function prepareQuantization(
  model: FloatModel,
  calibration: DataSet,
  options: PrepareOptions = {},
): PreparedModel {
  const { weightScheme = 'k-means', activationScheme, channelScales = 'norms', test, signal } = options;
  const progress = options.progress ?? (() => undefined);
  const fused = withPositiveNorms(fuse({ ...model, name: options.name ?? model.name }));
  for (const data of test === undefined ? [calibration] : [calibration, test]) checkPictures(fused, data);
  const pictures = Array.from(calibration.labels, (_, i) => picture(calibration, i));

  const weightLevelsOf = remember(
    (stage: FusedWeighted, count: number) => `${count} ${stage.name}`,
    (stage, count): StageQuantization => {
      // Slopes of the channels' own are expressed by thresholds of their own, as scales are.
      const wanted =
        channelScales === 'always' ||
        (channelScales === 'norms' && stage.norm !== null) ||
        isPerChannel(stage.activation);
      return quantizeWeights(stage, wanted && isQuantized(fused, stage), WEIGHT_SCHEMES[weightScheme], count);
    },
  );
  const outputLevelsOf = remember<[FusedStage, number, FloatStage], Levels>(
    (stage, count) => `${count} ${stage.name}`,
    (stage, count, { sample }): Levels =>
      activationScheme === undefined
        ? leastErrorLevels(sample, count, activationOf(stage))
        : calibrateLevels(stage, Float32Array.from(sample), count, activationScheme),
  );
  const floatRightOf = remember(
    (data: DataSet) => data,
    (data) => {
      progress(`measuring the float network on ${data.labels.length} pictures of ${data.name}`);
      return floatRight(fused, data, signal);
    },
  );
  const stagesInFloat = remember(
    () => fused,
    () => {
      progress(`calibrating on ${calibration.labels.length} pictures of ${calibration.name}`);
      return floatPass(fused, pictures, signal);
    },
  );
  const context: Context = {
    model: fused,
    pictures,
    signal,
    inputLevelsOf: remember(
      (count: number) => count,
      (count) => calibrateInput(fused, calibration, count, activationScheme ?? 'uniform'),
    ),
    weightLevelsOf,
    outputLevelsOf,
  };

  return {
    stages: tableStages(fused),
    tableSizes: (levels) => tableSizes(fused, planLevels(fused, levels)),
    floatRight: floatRightOf,
    quantize: async (levels, stageProgress = () => undefined) => {
      const plan = planLevels(fused, levels);
      const found = await quantizeStages(context, await stagesInFloat(), plan, stageProgress);
      // Outputs that are values have no right labels.
      const right = test === undefined || fused.values !== undefined ? null : await floatRightOf(test);
      const scheme = activationScheme ?? 'least squared error';
      return buildQuantized(fused, found.input, found.stages, found.outputs, {
        sourceHash: options.sourceHash ?? null,
        schemes: {
          activations: `${scheme}, ${countsText(levels, 'activations', scheme.length + 2)}`,
          weights: `${weightScheme}, ${countsText(levels, 'weights', weightScheme.length + 2 + AFTER.length)}${AFTER}`,
        },
        seed: null,
        floatAccuracy: right === null ? null : share(right),
        testPictures: right?.length ?? null,
        command: options.command ?? null,
      });
    },
  };
}

const AFTER = ', after training';

/** The part of a list of 0 and 1 that is 1. */
const share = (right: Uint8Array): number => right.reduce((sum, one) => sum + one, 0) / right.length;

/** What all quantizations of a model share. */
interface Context {
  readonly model: FusedModel;
  readonly pictures: readonly Uint8Array[];
  readonly signal: AbortSignal | undefined;
  readonly inputLevelsOf: (count: number) => Levels;
  readonly weightLevelsOf: (stage: FusedWeighted, count: number) => StageQuantization;
  readonly outputLevelsOf: (stage: FusedStage, count: number, float: FloatStage) => Levels;
}

/** The half that depends on the levels: the pictures once more, through what is quantized so far. */
async function quantizeStages(
  { model, pictures, signal, ...context }: Context,
  float: ReadonlyMap<string, FloatStage>,
  plan: LevelPlan,
  progress: (line: string) => void,
) {
  const input = plan.given.get(INPUT) ?? context.inputLevelsOf(plan.tensors.get(INPUT) ?? 0);
  const rounded = inputTable(model, input).map((index) => levelValue(input, index));
  const tensors = new Map<string, Tensor>([
    [INPUT, pictures.map((bytes) => Float32Array.from(bytes, (byte) => rounded[byte] ?? 0))],
  ]);
  const stages = new Map<string, StageQuantization>();
  const outputs = new Map<string, Levels>();
  for (const stage of model.stages) {
    const seen = float.get(stage.name) ?? { sums: [], sample: [] };
    let got: Tensor;
    if (hasWeights(stage)) {
      const inputs = readBy(stage, tensors);
      const start = context.weightLevelsOf(stage, plan.weights.get(stage.name) ?? 0);
      const found = start.exact ? start : roundWeights(stage, inputs[0] ?? [], seen.sums, start);
      const channels = stage.bias.length;
      const kernel = levelsAt(found.weightLevels, nearestLevels(found.weightLevels, found.weights));
      const alone = { ...stage, kernel, bias: stage.bias.map(() => 0), norm: null };
      const products = await sumsOf(alone, inputs, signal);
      const fit =
        ownFit(stage, found, products, seen.sums) ??
        (found.scale === null
          ? fitBiases(products, seen.sums, channels)
          : fitScales(products, seen.sums, channels, found.scale));
      stages.set(stage.name, { ...found, ...fit });
      got = products.map((values) =>
        values.map((value, i) => {
          const c = i % channels;
          return value * (fit.scale?.[c] ?? 1) + (fit.bias[c] ?? 0);
        }),
      );
      progress(`${stage.name}: ${found.weightLevels.length} weight levels`);
    } else {
      got = await sumsOf(stage, readBy(stage, tensors), signal);
    }
    const levels = isQuantized(model, stage)
      ? (plan.given.get(stage.name) ?? context.outputLevelsOf(stage, plan.tensors.get(stage.name) ?? 0, seen))
      : null;
    if (levels !== null) outputs.set(stage.name, levels);
    tensors.set(
      stage.name,
      got.map((sums) => quantizedValues(stage, levels, sums)),
    );
    dropRead(tensors, model, stage);
  }
  return { input, stages, outputs };
}

/** The values that a stage gives for its sums, once it has levels. */
function quantizedValues(stage: FusedStage, levels: Levels | null, sums: Float32Array): Float32Array {
  const activation = activationOf(stage);
  const round = (values: Float32Array): Float32Array => (levels === null ? values : roundTo(levels, values));
  const channels = stage.shape[2];
  return isWave(activation)
    ? activateAll(activation, round(sums), channels)
    : round(activateAll(activation, sums, channels));
}

/** Sums that differ by less of their largest are the same. */
const SAME = 1e-5;

/** Scale and bias as the float network has them, where its sums are met with them as they are; else null. */
function ownFit(
  stage: FusedWeighted,
  { exact, scale }: StageQuantization,
  products: Tensor,
  wanted: Tensor,
): Pick<StageQuantization, 'scale' | 'bias'> | null {
  if (exact !== true) return null;
  const bias = stage.norm === null ? stage.bias : affine(stage.norm).shift;
  const channels = bias.length;
  let [largest, worst] = [0, 0];
  products.forEach((sums, p) => {
    sums.forEach((sum, i) => {
      const c = i % channels;
      const float = wanted[p]?.[i] ?? 0;
      largest = Math.max(largest, Math.abs(float));
      worst = Math.max(worst, Math.abs(sum * (scale?.[c] ?? 1) + (bias[c] ?? 0) - float));
    });
  });
  return worst <= SAME * largest ? { scale, bias } : null;
}

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
  const exact = fewValues(stage, count, scaled);
  if (exact !== null) return withScale(exact, scaled && isPerChannel(stage.activation));
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

const withScale = (found: StageQuantization, wanted: boolean): StageQuantization =>
  wanted && found.scale === null ? { ...found, scale: found.bias.map(() => 1) } : found;

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
