import { EXIT } from '../errors.js';
import { prepareQuantization, type WeightSchemeName } from '../quantize/index.js';
import { trialLine } from '../report/search.js';
import { sensitivityLines, sensitivityReport } from '../report/sensitivity.js';
import { createEvaluate, findSensitivity, type Candidate } from '../search/index.js';
import type { CommandBody, CommonOptions } from './run.js';
import { noAccuracy, readTrained, type TrainedOptions } from './trained-model.js';

export interface SensitivityOptions extends CommonOptions, TrainedOptions {
  readonly test: string;
  readonly levels: Candidate;
  /** Points of accuracy that a stage may lose alone. */
  readonly drop: number;
  readonly weights?: WeightSchemeName;
}

/** `tablize sensitivity`: what each stage loses when it alone has few levels, and how many it wants. */
export const sensitivity: CommandBody<SensitivityOptions> = async (options, run) => {
  const { output, signal } = run;
  if (options.task === 'regress') throw noAccuracy('--task');
  const { floatModel, calibration, test } = await readTrained(options, run);
  const data = test ?? calibration;
  const prepared = prepareQuantization(floatModel, calibration, {
    ...(options.weights === undefined ? {} : { weightScheme: options.weights }),
    progress: output.progress,
    signal,
  });
  const evaluate = createEvaluate(prepared, {
    jury: { data, floatRight: await prepared.floatRight(data) },
    drop: null,
    tell: (trial) => {
      output.progress(trialLine(trial));
    },
    signal,
  });
  const { stages } = prepared;
  const found = await findSensitivity({ stages, evaluate, levels: options.levels, allowed: options.drop });
  const report = sensitivityReport(found, data.name);
  output.json(report);
  for (const line of sensitivityLines(report)) output.line(line);
  return EXIT.ok;
};
