import { basename, resolve } from 'node:path';
import type { DataSet } from '../data/data-set.js';
import { InputError } from '../errors.js';
import type { FloatModel } from '../model/float-model.js';
import { nameSchema } from '../network/index.js';
import { floatRateOf, type Architecture } from './architectures.js';
import type { ActivationSchemeName, WeightSchemeName } from './quantizers/index.js';
import { checkLevelCounts } from './weight-levels.js';

/** A network of our own to train from nothing, or one that is trained already. */
export type Origin =
  { readonly architecture: Architecture } | { readonly model: FloatModel; readonly sourceHash: string };

export interface TrainOptions {
  readonly data: { readonly train: DataSet; readonly test: DataSet };
  readonly origin: Origin;
  /** The model's name; by default the last part of `out`. */
  readonly name?: string;
  /** Same seed, data and backend: same model. */
  readonly seed: number;
  /** Epochs of quantization-aware training; 12 by default. */
  readonly epochs?: number | undefined;
  /** Epochs in floating point before; as many by default. */
  readonly floatEpochs?: number | undefined;
  /** Adam's largest learning rates: with quantization (0.01 by default), in floating point (by architecture). */
  readonly rate?: number | undefined;
  readonly floatRate?: number | undefined;
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
  /** Folder for `float/`, `quantized.json` and, until it is removed, `checkpoint.json`. */
  readonly out: string;
  /** The command line that a reader can repeat; goes into the provenance. */
  readonly command?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface TrainSettings {
  readonly name: string;
  readonly epochs: { readonly float: number; readonly quantized: number };
  readonly rates: { readonly float: number; readonly quantized: number };
  readonly schemes: { readonly activations: ActivationSchemeName; readonly weights: WeightSchemeName };
  readonly learnLevels: boolean;
  readonly shareLevels: boolean;
  /** Two trainings with the same text give the same model. */
  readonly key: string;
}

export interface FloatTrainOptions extends Omit<
  TrainOptions,
  'origin' | 'floatEpochs' | 'activationLevels' | 'weightLevels'
> {
  readonly architecture: Architecture;
}

const EPOCHS = 12;
/** A weight has to cross half the distance between two levels before anything changes: with quantization, more. */
const RATE = 1e-2;

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
  } = options;
  checkLevelCounts(activationLevels, weightLevels);
  const quantized = options.epochs ?? EPOCHS;
  const epochs = { quantized, float: options.floatEpochs ?? quantized };
  wholeNumber('epochs', epochs.quantized, 1);
  wholeNumber('float-epochs', epochs.float, 1);
  wholeNumber('seed', seed, 0);
  const usual = 'architecture' in origin ? floatRateOf(origin.architecture) : RATE;
  const rates = { float: options.floatRate ?? usual, quantized: options.rate ?? RATE };
  checkRate('rate', rates.quantized);
  checkRate('float-rate', rates.float);
  const [train, test] = [data.train, data.test].map(({ shape }) => shape.join(' x '));
  if (train !== test) {
    throw new InputError(`training pictures are ${train}, test pictures ${test}`, { where: data.test.name });
  }
  const name = checkName(options.name ?? basename(resolve(options.out)), options.out);
  const pictures = picturesOf(data);
  const start = 'architecture' in origin ? origin : { from: origin.sourceHash };
  const schemes = { activations: activationScheme, weights: weightScheme };
  const quantization = { activationLevels, weightLevels, schemes, learnLevels, shareLevels };
  const key = { name, ...start, seed, epochs, rates, ...quantization, pictures };
  return { name, epochs, rates, schemes, learnLevels, shareLevels, key: JSON.stringify(key) };
}

/** The same for a training in floating point alone. */
export function settleFloat(options: FloatTrainOptions): Pick<TrainSettings, 'epochs' | 'rates' | 'key'> {
  const { architecture, ...rest } = options;
  // Levels that are not used.
  const levels = { activationLevels: 2, weightLevels: 2 };
  const { epochs, rates, name } = settle({ ...rest, ...levels, origin: { architecture } });
  const pictures = picturesOf(options.data);
  const key = { name, architecture, seed: options.seed, epochs: epochs.float, rate: rates.float, pictures };
  return { epochs, rates, key: JSON.stringify(key) };
}

const picturesOf = ({ train, test }: TrainOptions['data']) =>
  [train, test].map((set) => [set.name, set.labels.length]);

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

function checkName(name: string, where: string): string {
  const parsed = nameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new InputError(`"${name}" cannot be the name of a model`, {
    where,
    next: 'Choose an output folder of lower-case letters and digits joined by single dashes, such as models/mnist-mlp.',
  });
}
