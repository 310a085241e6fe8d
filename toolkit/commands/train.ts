import { loadDataSetPair } from '../data/index.js';
import { EXIT } from '../errors.js';
import { measureNetwork, networkHash } from '../network/index.js';
import { removeCheckpoint, trainModel, type Architecture } from '../quantize/index.js';
import { percent } from '../report/text.js';
import { tablize } from '../tablize/index.js';
import { networkName, tableAccuracy, writeTables } from './model-folder.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface TrainOptions extends CommonOptions {
  readonly data: string;
  readonly architecture: Architecture;
  readonly out: string;
  readonly name?: string;
  readonly levels: { readonly activations: number; readonly weights: number };
  readonly epochs?: number;
  readonly floatEpochs?: number;
  readonly seed: number;
}

/** `tablize train`: float training, then training with quantization, then tables; measured on the test pictures. */
export const train: CommandBody<TrainOptions> = async (options, { output, signal }) => {
  const { architecture, out, levels, epochs, floatEpochs, seed } = options;
  const name = networkName(options.name, out);
  const data = loadDataSetPair(options.data);
  const command = [
    `tablize train --data ${options.data} --architecture ${architecture}`,
    `--levels ${levels.activations}x${levels.weights}`,
    ...(epochs === undefined ? [] : [`--epochs ${epochs}`]),
    ...(floatEpochs === undefined ? [] : [`--float-epochs ${floatEpochs}`]),
    `--seed ${seed} --out ${out}`,
    ...(options.name === undefined ? [] : [`--name ${name}`]),
  ].join(' ');
  const { model } = await trainModel({
    data,
    origin: { architecture },
    name,
    seed,
    epochs,
    floatEpochs,
    activationLevels: levels.activations,
    weightLevels: levels.weights,
    out,
    command,
    progress: output.progress,
    signal,
  });
  const network = tablize(model);
  const path = writeTables(out, network);
  const accuracy = {
    float: network.provenance.floatAccuracy,
    table: await tableAccuracy(network, data.test, output.progress, signal),
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
  // What deploy shows to a board unless told otherwise is MNIST.
  const images = options.data === 'mnist' ? '' : ` --images ${options.data}:test`;
  output.line(
    `${path}; put it on a board with \`tablize deploy --board raspberry-pi-pico --model ${out}${images}\``,
  );
  return EXIT.ok;
};
