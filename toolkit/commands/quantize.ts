import { join } from 'node:path';
import type { DataSet } from '../data/index.js';
import { EXIT, InputError } from '../errors.js';
import { writeFileAtomic } from '../model/index.js';
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
import { errorLine } from '../report/values.js';
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
import { tableAccuracy, tablize, valueErrors } from '../tablize/index.js';
import { shellOption } from './command-line.js';
import { networkName, TABLES_WRITTEN, writeTables } from './model-folder.js';
import type { CommandBody, CommonOptions, Run } from './run.js';
import { noAccuracy, readTrained, trainedWords, type TrainedOptions } from './trained-model.js';

export interface QuantizeOptions extends CommonOptions, TrainedOptions {
  readonly out: string;
  readonly name?: string;
  readonly levels: Candidate;
  readonly weights?: WeightSchemeName;
  /** By default equally spaced levels with the least squared error. */
  readonly activations?: ActivationSchemeName;
  /** Levels are sought, in place of `levels`. */
  readonly budget?: Budget;
}

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
  const { floatModel, hash, calibration, test } = await readTrained(options, run);
  if (floatModel.task === 'regress' && budget !== undefined) throw noAccuracy('--budget');
  claimModelFolder(out);
  const prepared = prepareQuantization(floatModel, calibration, {
    name,
    sourceHash: hash,
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
  const isValue = network.output.values !== undefined;
  const accuracy = {
    float: network.provenance.floatAccuracy,
    table:
      test === undefined || isValue
        ? null
        : await tableAccuracy(network, test, output.progress, signal, TABLES_WRITTEN),
  };
  const error = isValue
    ? await valueErrors(network, floatModel, test ?? calibration, output.progress, signal)
    : null;
  const { tableEntries } = measureNetwork(network);
  output.json({
    name,
    folder: out,
    hash: networkHash(network),
    tableEntries,
    accuracy,
    ...(error === null ? {} : { error }),
    ...(search === null ? {} : { search: search.report }),
  });
  output.line(
    `${name}: tables of ${tableEntries} entries${accuracy.table === null || accuracy.float === null ? '' : `, ${percent(accuracy.table)}; ${percent(accuracy.float)} in float, on ${test?.name ?? ''}`}`,
  );
  if (error !== null) output.line(errorLine(error));
  output.line(path);
  return EXIT.ok;
};

/** What a reader can repeat: the same search finds the same levels. */
function commandLine(options: QuantizeOptions): string {
  const { out, name, levels, budget, weights, activations } = options;
  return [
    'tablize quantize',
    ...trainedWords(options),
    budget === undefined ? `--levels ${candidateText(levels)}` : `--budget ${budgetText(budget)}`,
    ...shellOption('weights', weights),
    ...shellOption('activations', activations),
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
