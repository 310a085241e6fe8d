import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteValues } from '../data/index.js';
import { InputError } from '../errors.js';
import type { FloatModel } from '../model/index.js';
import { networkHash, parseNetwork, type TableNetwork } from '../network/index.js';
import { parseQuantized, QUANTIZED_FORMAT } from '../quantize/quantized-model.js';
import { fileKind, type FileKind } from '../readers/index.js';
import { tablize } from '../tablize/index.js';
import { shellWord } from './command-line.js';

export interface LoadedModel {
  readonly network: TableNetwork;
  /** The file that it was read from. */
  readonly path: string;
  /** Whether the tables were made just now from a quantized model. */
  readonly tablized: boolean;
  /** What its tables were made from just now. */
  readonly floatModel?: FloatModel | undefined;
  /** What it is tried on if nothing else is said, and what the bytes of these pictures stand for. */
  readonly pictures?: { readonly images: string; readonly values?: ByteValues };
}

/** Bytes at the start of a file in which it names its format. */
const HEAD = 2000;

const QUANTIZED = 'quantized.json';
const TABLES = 'table-network.json';

/**
 * Loads `--model`: a TableNetwork or a QuantizedModel (which is tablized) from a file, or a model folder. In a folder the tables are made from
 * `quantized.json`, and must be those of `table-network.json` where that is there too.
 * Throws InputError for anything else, with what to do.
 */
export function loadModel(path: string): LoadedModel {
  if (!existsSync(path)) {
    throw new InputError('no such model', {
      where: path,
      next: 'give a model folder such as models/mnist-mlp, or make one with `tablize train`',
    });
  }
  return statSync(path).isDirectory() ? loadFolder(path) : loadFile(path);
}

function loadFolder(folder: string): LoadedModel {
  const quantized = join(folder, QUANTIZED);
  const tables = join(folder, TABLES);
  if (!existsSync(quantized)) {
    if (existsSync(tables)) return loadFile(tables);
    const floatModel = [join(folder, 'model.json'), join(folder, 'float', 'model.json')].find((file) =>
      existsSync(file),
    );
    throw new InputError(`neither ${QUANTIZED} nor ${TABLES} is in the folder`, {
      where: folder,
      next:
        floatModel === undefined
          ? 'give a folder that `tablize train` or `tablize quantize` wrote'
          : quantizeFirst(floatModel),
    });
  }
  const made = loadFile(quantized);
  if (existsSync(tables) && networkHash(loadFile(tables).network) !== networkHash(made.network)) {
    throw new InputError(`${TABLES} is not what ${QUANTIZED} gives: one of them was changed`, {
      where: folder,
      next: `give the file that you mean: --model ${tables} or --model ${quantized}`,
    });
  }
  return made;
}

function loadFile(path: string): LoadedModel {
  const bytes = read(path);
  const title = TRAINED[fileKind(bytes)];
  if (title !== undefined) {
    throw new InputError(`this is ${title}, which has floats`, { where: path, next: quantizeFirst(path) });
  }
  const text = bytes.toString('utf8');
  // A look at the start tells the formats apart without parsing megabytes twice; the parsers check the rest.
  const head = text.slice(0, HEAD);
  if (head.includes(QUANTIZED_FORMAT))
    return { network: tablize(parseQuantized(text, path)), path, tablized: true };
  return { network: parseNetwork(text, path), path, tablized: false };
}

/**
 * Whether a path is that of tables: a file of them, or a model folder of `tablize train` or `tablize quantize`. Where a
 * trained model lies beside the tables, the folder is that one's.
 */
export function isTables(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory() === true) {
    const has = (file: string): boolean => existsSync(join(path, file));
    return !has('model.json') && (has(QUANTIZED) || has(TABLES));
  }
  if (status?.isFile() !== true) return false;
  const head = Buffer.alloc(HEAD);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head);
    return /"tablize\/(quantized-model|table-network)@/.test(head.toString('latin1', 0, length));
  } finally {
    closeSync(file);
  }
}

/** Models that were trained and have no tables yet. */
const TRAINED: Readonly<Partial<Record<FileKind, string>>> = {
  'tfjs-layers': 'a TF.js model',
  'tfjs-graph': 'a TF.js model',
  hdf5: 'a Keras model',
  zip: 'a Keras model',
  tflite: 'a TensorFlow Lite model',
  onnx: 'an ONNX model',
};

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InputError(`cannot be read: ${(cause as Error).message}`, { where: path, cause });
  }
}

function quantizeFirst(path: string): string {
  return `give pictures to choose levels with, such as --calibrate mnist:train, or keep its tables: tablize quantize --model ${shellWord(path)} --calibrate mnist:train --out build/mine`;
}
