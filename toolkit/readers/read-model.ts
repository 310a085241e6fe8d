import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { hashTfjsLayers, readTfjsLayers, type FloatModel, type ReadOptions } from '../model/index.js';
import { fileKind, type FileKind } from './file-kinds.js';
import { readKerasFile } from './keras/read-keras-file.js';

export interface ReadModel {
  readonly model: FloatModel;
  /** SHA-256 of its files, as 64 hex digits, for the provenance. */
  readonly hash: string;
}

/** A file that was looked at. */
interface Found {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
}

interface Reader {
  readonly read: (found: Found) => FloatModel | Promise<FloatModel>;
  readonly hash: (found: Found) => string;
}

const ofFile = (read: Reader['read']): Reader => ({
  read,
  hash: ({ bytes }) => createHash('sha256').update(bytes).digest('hex'),
});

const keras = ofFile(({ bytes, path, options }) => readKerasFile(bytes, path, options));

const tfjsLayers: Reader = {
  read: ({ path, options }) => readTfjsLayers(path, options),
  hash: ({ path }) => hashTfjsLayers(path),
};

/** What reads each kind of file; a new format is one more line. */
const READERS: Readonly<Partial<Record<FileKind, Reader>>> = {
  hdf5: keras,
  zip: keras,
  'tfjs-layers': tfjsLayers,
  // It says what is wrong with it.
  json: tfjsLayers,
};

const KNOWN = 'a TensorFlow.js Layers model.json, or a .keras or .h5 file of Keras';

/** No larger file is a network for a small device. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * Reads a trained model in floating point, of whatever format: what a file is, its content tells and not its name. A
 * folder is one with a model.json.
 *
 * @throws InputError if it is missing, too large, of no format that is read, or as its reader does.
 */
export async function readModelFile(path: string, options: ReadOptions = {}): Promise<ReadModel> {
  const file = isFolder(path) ? join(path, 'model.json') : path;
  const bytes = read(file);
  const kind = fileKind(bytes);
  const reader = READERS[kind];
  if (reader === undefined) {
    throw new InputError(`no trained model that can be read: ${LOOKS[kind] ?? kind}`, {
      where: file,
      next: `Give ${KNOWN}.`,
    });
  }
  const found = { path: file, bytes, options };
  return { model: await reader.read(found), hash: reader.hash(found) };
}

const LOOKS: Readonly<Partial<Record<FileKind, string>>> = {
  tflite: 'a TensorFlow Lite file',
  'tfjs-graph': 'a TensorFlow.js graph model',
  onnx: 'it looks like an ONNX file',
  unknown: 'neither its first bytes nor its text are those of a known format',
};

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
