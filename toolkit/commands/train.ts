import { loadDataSetPair, namedSet, type DataSet } from '../data/index.js';
import { EXIT, InputError } from '../errors.js';
import { measureNetwork, networkHash } from '../network/index.js';
import {
  removeCheckpoint,
  trainModel,
  type ActivationSchemeName,
  type Architecture,
  type Gains,
  type Origin,
  type WeightSchemeName,
} from '../quantize/index.js';
import { readModelFile } from '../readers/index.js';
import { percent } from '../report/text.js';
import { tableAccuracy, tablize } from '../tablize/index.js';
import { shellOption, shellWord } from './command-line.js';
import { networkName, TABLES_WRITTEN, writeTables } from './model-folder.js';
import { readingOf, readingWords, valuesLine, type ReadingOptions } from './reading.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface TrainOptions extends CommonOptions, ReadingOptions {
  readonly data: string;
  /** [height, width, channels] of the pictures, where the files do not say or are to be brought to it. */
  readonly shape?: DataSet['shape'];
  readonly architecture?: Architecture;
  /** File of a trained network, of any format that is read, in place of an architecture. */
  readonly from?: string;
  readonly out: string;
  readonly name?: string;
  readonly levels: { readonly activations: number; readonly weights: number };
  readonly epochs?: number;
  readonly floatEpochs?: number;
  readonly rate?: number;
  readonly floatRate?: number;
  readonly shift?: number;
  readonly warp?: number;
  readonly weights?: WeightSchemeName;
  readonly activations?: ActivationSchemeName;
  readonly learnLevels?: boolean;
  readonly shareLevels?: boolean;
  readonly gains?: Gains;
  readonly zeros?: number;
  readonly seed: number;
}

/** `tablize train`: float training, then training with quantization, then tables; measured on the test pictures. */
export const train: CommandBody<TrainOptions> = async (options, { output, signal }) => {
  const {
    out,
    levels,
    epochs,
    floatEpochs,
    rate,
    floatRate,
    shift,
    warp,
    weights,
    activations,
    learnLevels = true,
    shareLevels = false,
    gains,
    zeros,
    seed,
  } = options;
  const untold = await originOf(options);
  const name = networkName(options.name, out);
  const data = loadPair(options);
  const origin = reading(untold, data.train);
  const command = [
    'tablize train',
    ...shellOption('data', options.data),
    ...shellOption('architecture', options.architecture),
    ...shellOption('from', options.from),
    `--levels ${levels.activations}x${levels.weights}`,
    ...shellOption('epochs', epochs),
    ...shellOption('float-epochs', floatEpochs),
    ...shellOption('float-rate', floatRate),
    ...shellOption('rate', rate),
    ...shellOption('shift', shift),
    ...shellOption('warp', warp),
    ...shellOption('weights', weights),
    ...shellOption('activations', activations),
    ...(learnLevels ? [] : ['--no-learn-levels']),
    ...(shareLevels ? ['--share-levels'] : []),
    ...shellOption('gains', gains),
    ...shellOption('zeros', zeros),
    ...shellOption('seed', seed),
    ...shellOption('out', out),
    ...shellOption('name', options.name),
    ...shellOption('shape', options.shape?.join('x')),
    ...readingWords(options),
  ].join(' ');
  const { model } = await trainModel({
    data,
    origin,
    name,
    seed,
    epochs,
    floatEpochs,
    activationLevels: levels.activations,
    weightLevels: levels.weights,
    rate,
    floatRate,
    shift,
    warp,
    weightScheme: weights,
    activationScheme: activations,
    learnLevels,
    shareLevels,
    gains,
    zeros,
    out,
    command,
    progress: output.progress,
    signal,
  });
  const line = valuesLine(data.train);
  if (line !== null) output.line(line);
  const network = tablize(model);
  const path = writeTables(out, network);
  const accuracy = {
    float: network.provenance.floatAccuracy,
    table: await tableAccuracy(network, data.test, output.progress, signal, TABLES_WRITTEN),
  };
  removeCheckpoint(out);
  const { tableEntries } = measureNetwork(network);
  output.json({
    name,
    folder: out,
    hash: networkHash(network),
    tableEntries,
    images: data.test.labels.length,
    accuracy,
    command,
  });
  output.line(
    `${name}: ${percent(accuracy.table)} with tables of ${tableEntries} entries${accuracy.float === null ? '' : `, ${percent(accuracy.float)} in float`}, on ${data.test.labels.length} test pictures`,
  );
  // What deploy shows to a board unless told otherwise is the named set with the network's classes.
  const images = namedSet(options.data) !== undefined ? '' : ` --images ${shellWord(`${options.data}:test`)}`;
  output.line(
    `${path}; put it on a board with \`tablize deploy --board raspberry-pi-pico --model ${shellWord(out)}${images}\``,
  );
  return EXIT.ok;
};

/** Numbers that are no bytes become such by their own range where nothing else is said. */
function loadPair(options: TrainOptions): { readonly train: DataSet; readonly test: DataSet } {
  const { data, shape, resize = false } = options;
  if (resize && shape === undefined)
    throw new InputError('pictures are to be brought to a size, and none is given', {
      where: '--resize',
      next: 'Add --shape, such as --shape 32x32x3.',
    });
  return loadDataSetPair(data, {
    ...readingOf(options),
    ...(shape === undefined ? {} : { shape }),
    otherwise: 'range',
  });
}

/** A trained network reads of a byte what the byte stands for in the pictures, where that is not the byte itself. */
function reading(origin: Origin, { values }: DataSet): Origin {
  if (!('model' in origin) || values === undefined) return origin;
  const { model } = origin;
  return { ...origin, model: { ...model, input: { ...model.input, ...values } } };
}

async function originOf({ architecture, from }: TrainOptions): Promise<Origin> {
  if (architecture !== undefined && from === undefined) return { architecture };
  if (from !== undefined && architecture === undefined) {
    const { model, hash } = await readModelFile(from);
    return { model, sourceHash: hash };
  }
  throw new InputError('one of --architecture and --from is needed', {
    next: 'Give --architecture mobilenet to train from nothing, or --from model.json to quantize a trained network.',
  });
}
