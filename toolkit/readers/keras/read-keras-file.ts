import { z } from 'zod';
import { InputError } from '../../errors.js';
import {
  modelFromKeras,
  parseTopology,
  type FloatModel,
  type KerasNode,
  type ReadOptions,
  type Weights,
} from '../../model/index.js';
import { parseBoundedJson } from '../bounded-json.js';
import { isHdf5 } from '../file-kinds.js';
import { keptWeights } from './kept-weights.js';
import { listedWeights } from './listed-weights.js';
import { readHdf5, type Hdf5Options } from './read-hdf5.js';
import { unzip } from './unzip.js';

export interface KerasFileOptions extends ReadOptions, Hdf5Options {}

const CONFIGURATION = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

/**
 * Reads a model that Keras saved whole: HDF5 (`.h5`) or an archive (`.keras`). Layers and weights become those of
 * `readTfjsLayers`.
 *
 * @throws InputError if it is neither, damaged, unusually large, has weights alone, or a layer is not supported.
 */
export async function readKerasFile(
  bytes: Uint8Array,
  where: string,
  options: KerasFileOptions = {},
): Promise<FloatModel> {
  return isHdf5(bytes) ? readWhole(bytes, where, options) : readArchive(bytes, where, options);
}

async function readWhole(bytes: Uint8Array, where: string, options: KerasFileOptions): Promise<FloatModel> {
  const file = await readHdf5(bytes, where, options);
  const attributes = file.attributes.get('');
  const configuration = textOf(attributes?.get('model_config'));
  if (configuration === undefined) {
    throw new InputError(
      'the HDF5 file has no model_config: it is no Keras model, or has its weights alone',
      {
        where,
        next: 'Save the whole model, with model.save("model.h5") and not model.save_weights.',
      },
    );
  }
  const root = file.attributes.has(GROUP) ? GROUP : '';
  const topology = {
    model_config: parseBoundedJson(configuration, `model_config of ${where}`),
    keras_version: textOf(
      attributes?.get('keras_version') ?? file.attributes.get(root)?.get('keras_version'),
    ),
  };
  return assemble(topology, (nodes) => listedWeights(file, nodes, root), where, options);
}

const GROUP = 'model_weights';
const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

async function readArchive(bytes: Uint8Array, where: string, options: KerasFileOptions): Promise<FloatModel> {
  const files = unzip(bytes, [CONFIGURATION, METADATA, WEIGHTS], where);
  const [configuration, weights] = [files.get(CONFIGURATION), files.get(WEIGHTS)];
  if (configuration === undefined || weights === undefined) {
    throw new InputError(
      `a zip archive without ${configuration === undefined ? CONFIGURATION : WEIGHTS}: no Keras model, or one in parts`,
      { where, next: 'Give the .keras file that model.save of Keras wrote, its weights in one file.' },
    );
  }
  const metadata = files.get(METADATA);
  const version =
    metadata === undefined
      ? {}
      : json(metadata, `${METADATA} of ${where}`, z.object({ keras_version: z.string() }));
  const model_config = json(configuration, `${CONFIGURATION} of ${where}`, z.record(z.string(), z.unknown()));
  const file = await readHdf5(weights, `${WEIGHTS} of ${where}`, options);
  return assemble({ model_config, ...version }, (nodes) => keptWeights(file, nodes), where, options);
}

function json<T>(bytes: Uint8Array, where: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseBoundedJson(new TextDecoder().decode(bytes), where));
  if (parsed.success) return parsed.data;
  throw new InputError('it does not hold what Keras writes there', {
    where,
    next: 'Save the model again.',
  });
}

function assemble(
  topology: Readonly<Record<string, unknown>>,
  weightsFor: (nodes: readonly KerasNode[]) => Weights,
  where: string,
  options: ReadOptions,
): FloatModel {
  const weights = weightsFor(parseTopology(topology, where).nodes);
  return modelFromKeras({ topology, weights, metadata: undefined, where }, options);
}
