import { join } from 'node:path';
import { loadDataSet, take } from '../data/index.js';
import { EXIT } from '../errors.js';
import { hashTfjsLayers, readTfjsLayers, writeFileAtomic } from '../model/index.js';
import { measureNetwork, networkHash } from '../network/index.js';
import { claimModelFolder, quantizeModel, serializeQuantized } from '../quantize/index.js';
import { percent } from '../report/text.js';
import { tableAccuracy, tablize } from '../tablize/index.js';
import { networkName, writeTables } from './model-folder.js';
import type { StageLevels } from './parse-options.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface QuantizeOptions extends CommonOptions {
  readonly model: string;
  readonly calibrate: string;
  readonly out: string;
  readonly name?: string;
  readonly levels: StageLevels;
  readonly test?: string;
  readonly labels?: readonly string[];
  /** The float network's input is `byte * scale + offset`. */
  readonly scale?: number;
  readonly offset?: number;
  readonly count?: number;
}

/** Pictures that are enough to choose levels by. */
const CALIBRATION_PICTURES = 1000;

/** `tablize quantize`: tables for a float model that was trained elsewhere, without training it again. */
export const quantize: CommandBody<QuantizeOptions> = async (options, { output, signal }) => {
  const { out, levels, labels, scale, offset } = options;
  const name = networkName(options.name, out);
  const floatModel = readTfjsLayers(options.model, {
    ...(labels === undefined ? {} : { labels }),
    ...(scale === undefined ? {} : { scale }),
    ...(offset === undefined ? {} : { offset }),
  });
  const test = options.test === undefined ? undefined : loadDataSet(options.test);
  const calibration = take(loadDataSet(options.calibrate), options.count ?? CALIBRATION_PICTURES);
  claimModelFolder(out);
  const quantized = await quantizeModel(floatModel, calibration, {
    name,
    sourceHash: hashTfjsLayers(options.model),
    activationLevels: levels.activations,
    weightLevels: levels.weights,
    stageLevels: levels.stages,
    ...(test === undefined ? {} : { test }),
    progress: output.progress,
    signal,
  });
  const network = tablize(quantized);
  writeFileAtomic(join(out, 'quantized.json'), serializeQuantized(quantized));
  const path = writeTables(out, network);
  const accuracy = {
    float: network.provenance.floatAccuracy,
    table: test === undefined ? null : await tableAccuracy(network, test, output.progress, signal),
  };
  const { tableEntries } = measureNetwork(network);
  output.json({ name, folder: out, hash: networkHash(network), tableEntries, accuracy });
  output.line(
    `${name}: tables of ${tableEntries} entries${accuracy.table === null || accuracy.float === null ? '' : `, ${percent(accuracy.table)}; ${percent(accuracy.float)} in float, on ${test?.name ?? ''}`}`,
  );
  output.line(path);
  return EXIT.ok;
};
