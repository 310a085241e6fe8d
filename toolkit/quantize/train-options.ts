import { basename, resolve } from 'node:path';
import { hashPictures, type DataSet } from '../data/data-set.js';
import { InputError } from '../errors.js';
import { elements, type FloatModel } from '../model/float-model.js';
import { hashAsTfjsLayers } from '../model/write-tfjs-layers.js';
import { nameSchema } from '../network/index.js';
import { floatRateOf, type Architecture } from './architectures.js';
import {
  WEIGHT_QUANTIZERS,
  type ActivationSchemeName,
  type WeightQuantizer,
  type WeightSchemeName,
} from './quantizers/index.js';
import { checkLevelCounts } from './weight-levels.js';

/** A network of our own to train from nothing, or one that is trained already. */
export type Origin =
  | { readonly architecture: Architecture }
  /** `sourceHash`: of its files (`hashTfjsFiles`), if it comes from files. */
  | { readonly model: FloatModel; readonly sourceHash?: string };

export interface TrainOptions {
  readonly data: { readonly train: DataSet; readonly test: DataSet };
  readonly origin: Origin;
  /** The model's name; by default the last part of `out`, or that of the model or architecture it comes from. */
  readonly name?: string | undefined;
  /** Same seed, data and backend: same model. */
  readonly seed: number;
  /** Epochs of quantization-aware training; 12 by default. */
  readonly epochs?: number | undefined;
  /** Epochs in floating point before; as many by default. */
  readonly floatEpochs?: number | undefined;
  /** Adam's largest learning rates: with quantization (0.01 by default), in floating point (by architecture). */
  readonly rate?: number | undefined;
  readonly floatRate?: number | undefined;
  /**
   * Training pictures are moved by up to so many pixels at random; 1 by default, 0 for pictures of less than 4 pixels
   * in height or width and for what is no picture.
   */
  readonly shift?: number | undefined;
  /**
   * Training pictures are bent at random: moved, turned, stretched and slanted, each by up to so many pixels at their edges; 0 by default.
   */
  readonly warp?: number | undefined;
  readonly activationLevels: number;
  readonly weightLevels: number;
  /** How weight levels are found; k-means by default. */
  readonly weightScheme?: WeightSchemeName | undefined;
  /** How activation levels are found; uniform by default. */
  readonly activationScheme?: ActivationSchemeName | undefined;
  /** Whether levels of adaptive schemes are learned once they are found; true by default. */
  readonly learnLevels?: boolean | undefined;
  /** One set of weight levels, and so one product table, for the whole network; false by default: one per layer. */
  readonly shareLevels?: boolean | undefined;
  /**
   * What the gains of batch norms may be; any number by default. With powers of two the thresholds of each channel lie a power of two
   * of whole sums apart. For weights of equal steps and equally spaced activation levels.
   */
  readonly gains?: Gains | undefined;
  /**
   * The share of the weights that is to be 0, above 0 and below 1, where outputs add up 16 products or more; by default what the
   * step of least error gives. For weights of equal steps.
   */
  readonly zeros?: number | undefined;
  /**
   * Folder for `float/`, `quantized.json` and, until it is removed, `checkpoint.json`. Without it nothing is written, and
   * a training that is interrupted starts anew.
   */
  readonly out?: string | undefined;
  /** The command line that a reader can repeat; goes into the provenance. */
  readonly command?: string | undefined;
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const GAINS = ['any', 'powers-of-two'] as const;
export type Gains = (typeof GAINS)[number];

export interface TrainSettings {
  readonly name: string;
  readonly epochs: { readonly float: number; readonly quantized: number };
  readonly rates: { readonly float: number; readonly quantized: number };
  readonly shift: number;
  readonly warp: number;
  readonly schemes: { readonly activations: ActivationSchemeName; readonly weights: WeightSchemeName };
  readonly learnLevels: boolean;
  readonly shareLevels: boolean;
  readonly gains: Gains;
  readonly zeros: number | undefined;
  /** Two trainings with the same text give the same model. */
  readonly key: string;
}

export interface FloatTrainOptions extends Omit<
  TrainOptions,
  'origin' | 'floatEpochs' | 'activationLevels' | 'weightLevels' | 'out'
> {
  readonly architecture: Architecture;
  /** Folder for `float/` and, until it is removed, `checkpoint.json`. */
  readonly out: string;
}

const EPOCHS = 12;
/** A weight has to cross half the distance between two levels before anything changes: with quantization, more. */
const RATE = 1e-2;
const SHIFT = 1;
/** Of smaller pictures a shift would take too much away. */
const SHIFTED_FROM = 4;

/** Checks the options and fills in what was left out. @throws InputError for settings that make no sense. */
export function settle(options: TrainOptions): TrainSettings {
  const {
    data,
    origin,
    seed,
    activationLevels,
    weightLevels,
    weightScheme = 'k-means',
    activationScheme = 'uniform',
    learnLevels = true,
    shareLevels = false,
    gains = 'any',
    zeros,
  } = options;
  checkLevelCounts(activationLevels, weightLevels);
  const quantized = options.epochs ?? EPOCHS;
  const asked = { quantized, float: options.floatEpochs ?? quantized };
  wholeNumber('epochs', asked.quantized, 1);
  wholeNumber('float-epochs', asked.float, 1);
  wholeNumber('seed', seed, 0);
  wholeNumber('shift', options.shift ?? 0, 0);
  const usual = 'architecture' in origin ? floatRateOf(origin.architecture) : RATE;
  const rates = { float: options.floatRate ?? usual, quantized: options.rate ?? RATE };
  checkRate('rate', rates.quantized);
  checkRate('float-rate', rates.float);
  const [train, test] = [data.train, data.test].map(({ shape }) => shape.join(' x '));
  if (train !== test) {
    throw new InputError(`training pictures are ${train}, test pictures ${test}`, { where: data.test.name });
  }
  const name = nameOf(options);
  const shift = options.shift ?? defaultShift(data.train);
  checkShift(shift, data.train);
  const warp = options.warp ?? 0;
  checkWarp(warp, data.train);
  const pictures = picturesOf(data);
  const start =
    'architecture' in origin ? origin : { from: origin.sourceHash ?? hashOf(origin.model, options) };
  const schemes = { activations: activationScheme, weights: weightScheme };
  checkSteps(options, weightScheme, activationScheme);
  // What is left out as a rule is not in the key: an unfinished training of an older version can go on.
  const rarely = {
    ...(shareLevels ? { shareLevels } : {}),
    ...(gains === 'any' ? {} : { gains }),
    ...(zeros === undefined ? {} : { zeros }),
  };
  const quantization = { activationLevels, weightLevels, schemes, learnLevels, ...rarely };
  const varied = variationKey(options, shift);
  const key = { name, ...start, seed, epochs: asked, rates, ...varied, ...quantization, pictures };
  const epochs = { quantized, float: 'architecture' in origin ? asked.float : 0 };
  const levels = { schemes, learnLevels, shareLevels, gains, zeros };
  return { name, epochs, rates, shift, warp, ...levels, key: JSON.stringify(key) };
}

/** @throws InputError for what needs equal steps where there are none. */
function checkSteps(
  { gains = 'any', zeros, shareLevels = false }: TrainOptions,
  weights: WeightSchemeName,
  activations: ActivationSchemeName,
): void {
  if (zeros !== undefined && !(zeros > 0 && zeros < 1))
    throw new InputError(`zeros: ${zeros} is not a share above 0 and below 1`, {
      next: 'Give for example --zeros 0.45.',
    });
  if (zeros !== undefined && shareLevels)
    throw new InputError('a share of zeros is of each layer, and the layers share their levels', {
      where: '--zeros',
      next: 'Leave out --zeros or --share-levels.',
    });
  const what = gains === 'any' ? (zeros === undefined ? null : '--zeros') : '--gains';
  if (what === null) return;
  const quantizer: WeightQuantizer = WEIGHT_QUANTIZERS[weights];
  if (quantizer.multiple === undefined)
    throw new InputError(`weights by ${weights} are no multiples of one step`, {
      where: what,
      next: 'Add --weights steps or --weights powers.',
    });
  if (gains !== 'any' && activations !== 'uniform' && activations !== 'fixed')
    throw new InputError(`activation levels by ${activations} are not equally spaced`, {
      where: what,
      next: 'Give --activations uniform or fixed.',
    });
}

const defaultShift = ({ shape: [height, width] }: DataSet): number =>
  Math.min(height, width) < SHIFTED_FROM ? 0 : SHIFT;

/** @throws InputError for a shift that could leave nothing of a picture. */
function checkShift(shift: number, { name, shape: [height, width] }: DataSet): void {
  if (shift === 0 || shift < Math.min(height, width)) return;
  throw new InputError(`pictures of ${height} x ${width} cannot be moved by ${shift} pixels`, {
    where: name,
    next: 'Give a smaller shift, or 0 for what is no picture.',
  });
}

/** @throws InputError for bends that could leave nothing of a picture. */
function checkWarp(warp: number, { name, shape: [height, width] }: DataSet): void {
  if (warp === 0 || (warp > 0 && warp <= Math.min(height, width) / 8)) return;
  throw new InputError(`pictures of ${height} x ${width} cannot be bent by ${warp} pixels`, {
    where: name,
    next: 'Give up to an eighth of their height or width, such as --warp 0.5, or 0 for what is no picture.',
  });
}

/** How the pictures are varied, as far as it was said. */
const variationKey = (asked: Pick<TrainOptions, 'shift' | 'warp'>, shift: number) => ({
  ...(asked.shift === undefined ? {} : { shift }),
  ...(asked.warp === undefined ? {} : { warp: asked.warp }),
});

/** What tells a model without files from others; only a training that keeps checkpoints needs it. */
const hashOf = (model: FloatModel, { out }: TrainOptions): string | null =>
  out === undefined ? null : hashAsTfjsLayers(model);

/**
 * Pictures for a model: their classes are its labels.
 *
 * @throws InputError if there are none, they are not of the size that the model reads, or a label is beyond its outputs.
 */
export function fitTo(model: FloatModel, data: DataSet): DataSet {
  const where = data.name;
  if (data.labels.length === 0) throw new InputError('no pictures', { where });
  if (elements(data.shape) !== elements(model.input.shape)) {
    throw new InputError(
      `pictures of ${data.shape.join(' x ')} for a model that reads ${model.input.shape.join(' x ')}`,
      { where, next: 'Give pictures of the size the model was trained on.' },
    );
  }
  const largest = data.labels.reduce((most, label) => Math.max(most, label), 0);
  if (largest >= model.labels.length) {
    throw new InputError(`label ${largest} for a model of ${model.labels.length} outputs`, {
      where,
      next: 'Number the classes as the model does, from 0 on.',
    });
  }
  return { ...data, classes: model.labels };
}

/** The same for a training in floating point alone. */
export function settleFloat(
  options: FloatTrainOptions,
): Pick<TrainSettings, 'name' | 'epochs' | 'rates' | 'shift' | 'warp' | 'key'> {
  const { architecture, ...rest } = options;
  // Levels that are not used.
  const levels = { activationLevels: 2, weightLevels: 2 };
  const { epochs, rates, shift, warp, name } = settle({ ...rest, ...levels, origin: { architecture } });
  const pictures = picturesOf(options.data);
  const key = {
    name,
    architecture,
    seed: options.seed,
    epochs: epochs.float,
    rate: rates.float,
    ...variationKey(options, shift),
    pictures,
  };
  return { name, epochs, rates, shift, warp, key: JSON.stringify(key) };
}

const picturesOf = ({ train, test }: TrainOptions['data']) => [
  ...[train, test].map((set) => [set.name, set.labels.length]),
  hashPictures([train, test]),
];

function checkRate(what: string, rate: number): void {
  if (rate > 0 && rate <= 1) return;
  throw new InputError(`${what}: ${rate} is not a number above 0 and up to 1`, {
    next: `Give for example --${what} 0.001.`,
  });
}

function wholeNumber(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InputError(`${what}: ${value} is not a whole number from ${least} on`, {
    next: `Give for example --${what} 10.`,
  });
}

function nameOf({ name, out, origin }: TrainOptions): string {
  const inherited = 'architecture' in origin ? origin.architecture : origin.model.name;
  const wanted = name ?? (out === undefined ? inherited : basename(resolve(out)));
  const parsed = nameSchema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  const form = 'lower-case letters and digits joined by single dashes';
  throw new InputError(`"${wanted}" cannot be the name of a model`, {
    ...(out === undefined ? {} : { where: out }),
    next:
      out === undefined
        ? `Give a name of ${form}, such as mnist-mlp.`
        : `Choose an output folder of ${form}, such as models/mnist-mlp.`,
  });
}
