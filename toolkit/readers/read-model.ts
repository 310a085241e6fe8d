import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import type { Graph } from '../graph/index.js';
import {
  floatModelFromGraph,
  hashTfjsFiles,
  readTfjsLayers,
  safeName,
  type FloatModel,
  type ReadOptions,
} from '../model/index.js';
import { fileKind, type FileKind } from './file-kinds.js';
import { readKerasFile } from './keras/read-keras-file.js';
import { readOnnx } from './onnx/read-onnx.js';
import { readTfjsGraph } from './tfjs-graph/index.js';
import { readTflite } from './tflite/read-tflite.js';

export interface ReadModelOptions extends ReadOptions {
  /** What the outputs are; by default logits of classes. */
  readonly task?: 'classify' | 'regress';
}

export interface ReadModel {
  readonly model: FloatModel;
  /** SHA-256 of its files, as 64 hex digits, for the provenance. */
  readonly hash: string;
}

/** A file that was looked at. */
interface Found {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: ReadModelOptions;
}

interface Reader {
  readonly read: (found: Found) => FloatModel | Promise<FloatModel>;
  readonly hash: (found: Found) => string;
}

const ofFile = (read: Reader['read']): Reader => ({
  read,
  hash: ({ bytes }) => createHash('sha256').update(bytes).digest('hex'),
});

/** Files of Layers models say the name themselves, and nothing of a task. */
const ofLayers =
  (read: Reader['read']): Reader['read'] =>
  async (found) => {
    const { task } = found.options;
    const model = await read(found);
    return task === undefined ? model : { ...model, task };
  };

const ofGraph =
  (read: (found: Found) => Graph, channelsFirst = false): Reader['read'] =>
  (found) => {
    const graph = read(found);
    return floatModelFromGraph(graph, {
      name: safeName(graph.name, 'model'),
      channelsFirst,
      ...found.options,
    });
  };

const keras = ofFile(ofLayers(({ bytes, path, options }) => readKerasFile(bytes, path, options)));

const tfjsLayers: Reader = {
  read: ofLayers(({ path, options }) => readTfjsLayers(path, options)),
  hash: ({ path }) => hashTfjsFiles(path),
};

const tfjsGraph: Reader = {
  read: ofGraph(({ path }) => readTfjsGraph(path)),
  hash: ({ path }) => hashTfjsFiles(path),
};

const onnx = ofFile(
  ofGraph(({ bytes, path }) => {
    const graph = readOnnx(bytes, path, { folder: dirname(path) });
    // What writes such files calls the graph as it likes: "main_graph", "tf2onnx", a number.
    return { ...graph, name: basename(path).replace(/\.(q?onnx)$/i, '') };
  }, true),
);

/** What reads each kind of file; a new format is one more line. */
const READERS: Readonly<Partial<Record<FileKind, Reader>>> = {
  hdf5: keras,
  zip: keras,
  tflite: ofFile(ofGraph(({ bytes, path }) => readTflite(bytes, path))),
  onnx,
  'tfjs-layers': tfjsLayers,
  'tfjs-graph': tfjsGraph,
  // It says what is wrong with it.
  json: tfjsLayers,
};

const KNOWN =
  'an .onnx or .tflite file, a .keras or .h5 file of Keras, or a model.json of TensorFlow.js with its weights';

/** No larger file is a network for a small device. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * Reads a trained model in floating point, of whatever format: what a file is, its content tells and not its name. A
 * folder is one with a model.json.
 *
 * @throws InputError if it is missing, too large, of no format that is read, or as its reader does.
 */
export async function readModelFile(path: string, options: ReadModelOptions = {}): Promise<ReadModel> {
  const file = isFolder(path) ? join(path, 'model.json') : path;
  const bytes = read(file);
  const kind = fileKind(bytes);
  const reader = READERS[kind];
  if (reader === undefined) {
    throw new InputError(
      'no trained model: neither its first bytes nor its text are those of a known format',
      {
        where: file,
        next: `Give ${KNOWN}.`,
      },
    );
  }
  const found = { path: file, bytes, options };
  return { model: await reader.read(found), hash: reader.hash(found) };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function read(path: string): Uint8Array {
  const unreadable = (why: string, cause?: unknown): InputError =>
    new InputError(`cannot read the file: ${why}`, {
      where: path,
      next: `Check the path; give ${KNOWN}.`,
      ...(cause === undefined ? {} : { cause }),
    });
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw unreadable('it is not there');
  if (!status.isFile()) throw unreadable('it is no file');
  if (status.size > MOST_BYTES) throw unreadable(`it is larger than ${MOST_BYTES} bytes`);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
