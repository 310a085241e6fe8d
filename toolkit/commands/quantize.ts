import { join } from 'node:path';
import {
  loadDataSet,
  normalisation,
  rangeValues,
  take,
  withLabels,
  type ByteValues,
  type DataSet,
} from '../data/index.js';
import { EXIT, InputError } from '../errors.js';
import { hashTfjsLayers, readTfjsLayers, writeFileAtomic, type FloatModel } from '../model/index.js';
import { measureNetwork, networkHash } from '../network/index.js';
import {
  claimModelFolder,
  prepareQuantization,
  serializeQuantized,
  type ActivationSchemeName,
  type PreparedModel,
  type WeightSchemeName,
} from '../quantize/index.js';
import { searchLines, searchReport, trialLine, type SearchReport } from '../report/search.js';
import { percent } from '../report/text.js';
import {
  budgetText,
  candidateText,
  createEvaluate,
  levelOptions,
  searchLevels,
  tablesOf,
  unmetError,
  type Budget,
  type Candidate,
} from '../search/index.js';
import { tableAccuracy, tablize } from '../tablize/index.js';
import { shellOption } from './command-line.js';
import { networkName, TABLES_WRITTEN, writeTables } from './model-folder.js';
import { readingOf, readingWords, valuesLine, type ReadingOptions } from './reading.js';
import type { CommandBody, CommonOptions, Run } from './run.js';

export interface QuantizeOptions extends CommonOptions, ReadingOptions {
  readonly model: string;
  readonly calibrate: string;
  readonly out: string;
  readonly name?: string;
  readonly levels: Candidate;
  readonly weights?: WeightSchemeName;
  /** By default equally spaced levels with the least squared error. */
  readonly activations?: ActivationSchemeName;
  /** Levels are sought, in place of `levels`. */
  readonly budget?: Budget;
  readonly test?: string;
  readonly labels?: readonly string[];
  /** The float network's input is `byte * scale + offset`. */
  readonly scale?: number;
  readonly offset?: number;
  /** In place of `scale` and `offset`: what the pictures were normalised by, one number or one per channel. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly count?: number;
}

/** Pictures that are enough to choose levels by. */
const CALIBRATION_PICTURES = 1000;

/** `tablize quantize`: tables for a float model that was trained elsewhere, without training it again. */
export const quantize: CommandBody<QuantizeOptions> = async (options, run) => {
  const { out, budget, weights, activations } = options;
  const { output, signal } = run;
  const name = networkName(options.name, out);
  if (typeof budget?.drop === 'number' && options.test === undefined)
    throw new InputError(
      'a drop in accuracy is to be kept to, and there are no pictures to measure it with',
      {
        where: '--budget',
        next: 'give some with --test, such as --test mnist:test',
      },
    );
  const { floatModel, calibration, test } = readAll(options, run);
  claimModelFolder(out);
  const prepared = prepareQuantization(floatModel, calibration, {
    name,
    sourceHash: hashTfjsLayers(options.model),
    command: commandLine(options),
    ...(weights === undefined ? {} : { weightScheme: weights }),
    ...(activations === undefined ? {} : { activationScheme: activations }),
    ...(test === undefined ? {} : { test }),
    progress: output.progress,
    signal,
  });
  const search = budget === undefined ? null : await seek(prepared, test ?? calibration, budget, run);
  const quantized = await prepared.quantize(levelOptions(search?.levels ?? options.levels), output.progress);
  const network = tablize(quantized);
  writeFileAtomic(join(out, 'quantized.json'), serializeQuantized(quantized));
  const path = writeTables(out, network);
  const accuracy = {
    float: network.provenance.floatAccuracy,
    table:
      test === undefined ? null : await tableAccuracy(network, test, output.progress, signal, TABLES_WRITTEN),
  };
  const { tableEntries } = measureNetwork(network);
  output.json({
    name,
    folder: out,
    hash: networkHash(network),
    tableEntries,
    accuracy,
    ...(search === null ? {} : { search: search.report }),
  });
  output.line(
    `${name}: tables of ${tableEntries} entries${accuracy.table === null || accuracy.float === null ? '' : `, ${percent(accuracy.table)}; ${percent(accuracy.float)} in float, on ${test?.name ?? ''}`}`,
  );
  output.line(path);
  return EXIT.ok;
};

interface Given {
  readonly floatModel: FloatModel;
  readonly calibration: DataSet;
  readonly test: DataSet | undefined;
}

/** The network and the pictures, agreed on what bytes stand for and what the classes are called. */
function readAll(options: QuantizeOptions, { output }: Run): Given {
  const given = inputOf(options);
  const { labels } = options;
  const model = readTfjsLayers(options.model, { ...(labels === undefined ? {} : { labels }), ...given });
  const reading = { ...readingOf(options), shape: model.input.shape };
  const known = labels === undefined ? {} : { classes: labels };
  const all = loadDataSet(options.calibrate, {
    ...reading,
    ...known,
    otherwise: completed(given) ?? 'range',
  });
  if (all.name.startsWith('random:'))
    output.line('warning: levels are chosen by random bytes, which say little of real pictures');
  const { values, classes } = all;
  const test =
    options.test === undefined
      ? undefined
      : withLabels(
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
    (list) => labels === undefined && isNamed(list) && list.length === model.labels.length,
  );
  return {
    floatModel: {
      ...model,
      input: { ...model.input, ...values },
      labels: names ?? model.labels,
    },
    calibration: take(all, options.count ?? CALIBRATION_PICTURES),
    test,
  };
}

const isNamed = (classes: readonly string[]): boolean =>
  classes.length > 0 && classes.some((name, i) => name !== String(i));

/** What the float network reads of a byte, as far as it was said. @throws InputError for what contradicts itself. */
function inputOf({ scale, offset, range, mean, std }: QuantizeOptions): Partial<ByteValues> {
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

/** What a reader can repeat: the same search finds the same levels. */
function commandLine(options: QuantizeOptions): string {
  const { model, calibrate, out, name, levels, budget, weights, activations } = options;
  const { test, labels, scale, offset, mean, std, count } = options;
  return [
    'tablize quantize',
    ...shellOption('model', model),
    ...shellOption('calibrate', calibrate),
    budget === undefined ? `--levels ${candidateText(levels)}` : `--budget ${budgetText(budget)}`,
    ...shellOption('weights', weights),
    ...shellOption('activations', activations),
    ...shellOption('test', test),
    ...shellOption('labels', labels?.join(',')),
    ...shellOption('scale', scale),
    ...shellOption('offset', offset),
    ...shellOption('mean', mean?.join(',')),
    ...shellOption('std', std?.join(',')),
    ...readingWords(options),
    ...shellOption('count', count),
    ...shellOption('out', out),
    ...shellOption('name', name),
  ].join(' ');
}

/** Levels that meet a budget, measured on `data`. @throws BuildError if none do, after what was tried is told. */
async function seek(
  prepared: PreparedModel,
  data: DataSet,
  budget: Budget,
  { output, signal }: Run,
): Promise<{ readonly levels: Candidate; readonly report: SearchReport }> {
  const jury = { data, floatRight: await prepared.floatRight(data) };
  const evaluate = createEvaluate(prepared, {
    jury,
    drop: budget.drop,
    tell: (trial) => {
      output.progress(trialLine(trial));
    },
    signal,
  });
  const found = await searchLevels(budget, { tables: tablesOf(prepared), evaluate });
  const report = searchReport(found, budget, data.name);
  for (const line of searchLines(report)) output.line(line);
  output.line('');
  if (found.unmet !== null) throw unmetError(found.unmet, budget);
  if (found.best === null) throw new Error('a search that found nothing and missed nothing');
  return { levels: found.best.candidate, report };
}
