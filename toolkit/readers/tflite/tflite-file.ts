import { InputError } from '../../errors.js';
import { byteVector, child, rootTable, scalar, scalars, tables, text, type FlatTable } from './flat-table.js';

/** What a .tflite file says, before it is understood. Field numbers are those of TensorFlow Lite's schema.fbs. */
export interface TfliteFile {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  /** Of the main subgraph: indices of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface TfliteTensor {
  /** As the file has it; other tensors may have the same. */
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  /** The values of a constant. */
  readonly data: Uint8Array | null;
  readonly quantization: FlatTable | null;
  /** Whether only the values that are not zero are stored, in a way of their own. */
  readonly sparse: boolean;
}

export interface TfliteOperator {
  /** Of the schema's list. */
  readonly code: number;
  /** What a custom operator is called. */
  readonly customName: string;
  /** Indices of tensors; -1 stands for one that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | null;
}

/** Far beyond every network for a small chip, and little enough to be read at once. */
const MOST = { tensors: 20_000, operators: 5_000, buffers: 40_000, codes: 1_000, perOperator: 256, rank: 8 };

/** The schema's identifier. */
export const IDENTIFIER = 'TFL3';

/** @throws InputError if the bytes are no such file, or damaged. */
export function readTfliteFile(bytes: Uint8Array, where: string): TfliteFile {
  const model = rootTable(bytes, IDENTIFIER, where);
  const codes = tables(model, 1, MOST.codes);
  const [subgraph] = tables(model, 2, 1_000);
  if (subgraph === undefined) throw new InputError('the file has no network', { where });
  const buffers = tables(model, 4, MOST.buffers);
  return {
    tensors: tables(subgraph, 0, MOST.tensors).map((table) => readTensor(table, buffers)),
    operators: tables(subgraph, 3, MOST.operators).map((table) => readOperator(table, codes)),
    inputs: scalars(subgraph, 1, 'int32', MOST.perOperator),
    outputs: scalars(subgraph, 2, 'int32', MOST.perOperator),
  };
}

function readTensor(table: FlatTable, buffers: readonly FlatTable[]): TfliteTensor {
  const name = text(table, 3);
  const where = `tensor ${JSON.stringify(name)} of ${table.where}`;
  const sizes = scalars(table, 0, 'int32', MOST.rank);
  const index = scalar(table, 2, 'uint32', 0);
  const buffer = buffers[index];
  if (buffer === undefined && index !== 0) {
    throw new InputError(`its values are in buffer ${index}; there are ${buffers.length}`, { where });
  }
  const data = buffer === undefined ? null : bufferData(buffer, where);
  return {
    name,
    sizes,
    type: scalar(table, 1, 'int8', 0),
    data,
    quantization: child(table, 4),
    sparse: child(table, 6) !== null,
  };
}

function bufferData(buffer: FlatTable, where: string): Uint8Array | null {
  // Models of more than 2 GB keep their weights behind the tables.
  if (scalar(buffer, 1, 'int64', 0) > 1) {
    throw new InputError('its values lie outside the tables of the file', {
      where,
      next: 'Convert a smaller model: this one is meant for files of more than 2 GB.',
    });
  }
  const data = byteVector(buffer, 0);
  return data === null || data.length === 0 ? null : data;
}

function readOperator(table: FlatTable, codes: readonly FlatTable[]): TfliteOperator {
  const index = scalar(table, 0, 'uint32', 0);
  const code = codes[index];
  if (code === undefined) {
    throw new InputError(`an operator has kind ${index} of ${codes.length}`, { where: table.where });
  }
  return {
    // Old files have the first field alone, which has no room for the codes beyond 127.
    code: Math.max(scalar(code, 0, 'int8', 0), scalar(code, 3, 'int32', 0)),
    customName: text(code, 1),
    inputs: scalars(table, 1, 'int32', MOST.perOperator),
    outputs: scalars(table, 2, 'int32', MOST.perOperator),
    options: child(table, 4),
  };
}
