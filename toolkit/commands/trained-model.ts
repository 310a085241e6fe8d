import {
  loadDataSet,
  normalisation,
  rangeValues,
  take,
  withLabels,
  type ByteValues,
  type DataSet,
} from '../data/index.js';
import { InputError } from '../errors.js';
import type { FloatModel } from '../model/index.js';
import { readModelFile, type ReadModelOptions } from '../readers/index.js';
import { shellOption } from './command-line.js';
import { readingOf, readingWords, valuesLine, type ReadingOptions } from './reading.js';
import type { Run } from './run.js';

/** A trained network in floating point, and the pictures that go with it. */
export interface TrainedOptions extends ReadingOptions {
  readonly model: string;
  readonly calibrate: string;
  readonly test?: string;
  readonly labels?: readonly string[];
  /** The float network's input is `byte * scale + offset`. */
  readonly scale?: number;
  readonly offset?: number;
  /** In place of `scale` and `offset`: what the pictures were normalised by, one number or one per channel. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Of the pictures to calibrate with. */
  readonly count?: number;
  readonly task?: ReadModelOptions['task'];
}

export interface Trained {
  readonly floatModel: FloatModel;
  /** SHA-256 of its files. */
  readonly hash: string;
  readonly calibration: DataSet;
  readonly test: DataSet | undefined;
}

/** Pictures that are enough to choose levels by. */
export const CALIBRATION_PICTURES = 1000;

/** The network and the pictures, agreed on what bytes stand for and what the classes are called. */
export async function readTrained(options: TrainedOptions, { output }: Run): Promise<Trained> {
  const given = inputOf(options);
  const { labels, task } = options;
  const { model, hash } = await readModelFile(options.model, {
    ...(labels === undefined ? {} : { labels }),
    ...(task === undefined ? {} : { task }),
    ...given,
  });
  const reading = { ...readingOf(options), shape: model.input.shape };
  const isValue = task === 'regress';
  const measured = (data: DataSet): DataSet => (isValue ? data : withLabels(data));
  const known = labels === undefined || isValue ? {} : { classes: labels };
  const all = loadDataSet(options.calibrate, {
    ...reading,
    ...known,
    otherwise: completed(given) ?? valuesOf(model) ?? 'range',
  });
  if (all.name.startsWith('random:'))
    output.line('warning: levels are chosen by random bytes, which say little of real pictures');
  const { values, classes } = all;
  const test =
    options.test === undefined
      ? undefined
      : measured(
          loadDataSet(options.test, {
            ...reading,
            ...(labels === undefined && isNamed(classes) ? { classes } : known),
            ...(values === undefined ? {} : { values }),
          }),
        );
  const line = valuesLine(all);
  if (line !== null) output.line(line);
  // Where the files call the classes by name and the network does not, it learns them.
  const names = [classes, test?.classes ?? []].find(
    (list) => !isValue && labels === undefined && isNamed(list) && list.length === model.labels.length,
  );
  return {
    floatModel: { ...model, input: { ...model.input, ...values }, labels: names ?? model.labels },
    hash,
    calibration: take(all, options.count ?? CALIBRATION_PICTURES),
    test,
  };
}

/** Levels are sought by right labels, which values do not have. */
export const noAccuracy = (where: string): InputError =>
  new InputError('outputs that are values have no accuracy, by which levels are sought', {
    where,
    next: 'Give numbers of levels with `tablize quantize --task regress --levels`; it tells the error of the values.',
  });

/** The options again, as words of a command line. */
export const trainedWords = (options: TrainedOptions): readonly string[] => [
  ...shellOption('model', options.model),
  ...shellOption('calibrate', options.calibrate),
  ...shellOption('test', options.test),
  ...shellOption('labels', options.labels?.join(',')),
  ...shellOption('scale', options.scale),
  ...shellOption('offset', options.offset),
  ...shellOption('mean', options.mean?.join(',')),
  ...shellOption('std', options.std?.join(',')),
  ...readingWords(options),
  ...shellOption('count', options.count),
  ...shellOption('task', options.task),
];

const isNamed = (classes: readonly string[]): boolean =>
  classes.length > 0 && classes.some((name, i) => name !== String(i));

/** What the network itself says of bytes; undefined where it says what is usual. */
function valuesOf({ input: { scale, offset } }: FloatModel): ByteValues | undefined {
  return scale === 1 / 255 && offset === 0 ? undefined : { scale, offset };
}

/** What the float network reads of a byte, as far as it was said. @throws InputError for what contradicts itself. */
function inputOf({ scale, offset, range, mean, std }: TrainedOptions): Partial<ByteValues> {
  const ways = [scale ?? offset, range, mean ?? std].filter((way) => way !== undefined);
  if (ways.length > 1)
    throw new InputError('what the network reads of a byte is said in two ways', {
      where: '--scale and --offset, --range, --mean and --std',
      next: 'Give one of them.',
    });
  if (range !== undefined) return rangeValues(...range);
  if (mean !== undefined || std !== undefined) return normalisation(mean ?? [], std ?? []);
  checkScale(scale, offset);
  return { ...(scale === undefined ? {} : { scale }), ...(offset === undefined ? {} : { offset }) };
}

const completed = ({ scale, offset }: Partial<ByteValues>): ByteValues | undefined =>
  scale === undefined && offset === undefined ? undefined : { scale: scale ?? 1 / 255, offset: offset ?? 0 };

/** Largest magnitude of what the float network reads that is taken for meant. */
const LARGEST_INPUT = 1e9;

/** @throws InputError if all pixels would be the same to the network, or beyond what it computes with. */
function checkScale(scale = 1 / 255, offset = 0): void {
  const range = Math.max(Math.abs(offset), Math.abs(255 * scale + offset));
  if (range <= LARGEST_INPUT && Math.fround(255 * scale + offset) !== Math.fround(offset)) return;
  throw new InputError(`pixels of 0 to 255 would be ${offset} to ${255 * scale + offset} to the network`, {
    where: '--scale, --offset',
    next: 'Give what the network was trained with, such as --scale 0.00392157 for 0 to 1, or --scale 0.00784314 --offset -1 for -1 to 1.',
  });
}
