import { ByteBuffer } from 'flatbuffers';
import { InputError } from '../../errors.js';

/**
 * Tables of a FlatBuffers file (https://flatbuffers.dev/internals): every offset is checked before it is followed, so
 * that a damaged file gives an InputError. Offsets point forwards only, so there are no circles.
 */
export interface FlatTable {
  readonly buffer: ByteBuffer;
  /** Where the table starts. */
  readonly at: number;
  readonly vtable: number;
  /** Bytes of the vtable, which tells where the fields are. */
  readonly vtableSize: number;
  /** What errors call the file. */
  readonly where: string;
}

/** A vector of a table: `length` elements from `at` on. */
export interface FlatVector {
  readonly at: number;
  readonly length: number;
}

export type Scalar = 'bool' | 'int8' | 'uint8' | 'int32' | 'uint32' | 'float32' | 'int64';

const WIDTHS: Readonly<Record<Scalar, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
};

/** Names are for messages: the rest of a long one tells nobody anything. */
const LONGEST_TEXT = 200;

/** The root table of a file with this identifier, four letters. */
export function rootTable(bytes: Uint8Array, identifier: string, where: string): FlatTable {
  const buffer = new ByteBuffer(bytes);
  if (bytes.length < 8 || !buffer.__has_identifier(identifier)) {
    throw new InputError(
      `not a ${identifier} file: the letters "${identifier}" do not follow its first four bytes`,
      {
        where,
        next: 'Give a .tflite file that the TensorFlow Lite converter wrote.',
      },
    );
  }
  return tableAt(buffer, buffer.readUint32(0), where);
}

/** A field's number, or `otherwise` if the table does not have it. An int64 beyond 2^53 is rounded. */
export function scalar(table: FlatTable, field: number, type: Scalar, otherwise: number): number {
  const at = fieldAt(table, field, WIDTHS[type]);
  return at === null ? otherwise : readScalar(table.buffer, type, at);
}

/** A field that is a table. */
export function child(table: FlatTable, field: number): FlatTable | null {
  const at = fieldAt(table, field, 4);
  return at === null ? null : tableAt(table.buffer, follow(table, at), table.where);
}

/** A field that is a vector of scalars; none if the table does not have it. */
export function scalars(table: FlatTable, field: number, type: Scalar, most: number): readonly number[] {
  const { at, length } = limited(table, vector(table, field, WIDTHS[type]), most);
  return Array.from({ length }, (_, i) => readScalar(table.buffer, type, at + i * WIDTHS[type]));
}

/** A field that is a vector of tables. */
export function tables(table: FlatTable, field: number, most: number): readonly FlatTable[] {
  const { at, length } = limited(table, vector(table, field, 4), most);
  return Array.from({ length }, (_, i) => tableAt(table.buffer, follow(table, at + i * 4), table.where));
}

/** A field that is a vector of bytes, not copied; null if the table does not have it. */
export function byteVector(table: FlatTable, field: number): Uint8Array | null {
  const found = vector(table, field, 1);
  return found === null ? null : table.buffer.bytes().subarray(found.at, found.at + found.length);
}

/** A field that is text, cut if it is long; empty if the table does not have it. */
export function text(table: FlatTable, field: number): string {
  const bytes = byteVector(table, field)?.subarray(0, LONGEST_TEXT) ?? new Uint8Array();
  return new TextDecoder().decode(bytes);
}

function vector(table: FlatTable, field: number, width: number): FlatVector | null {
  const at = fieldAt(table, field, 4);
  if (at === null) return null;
  const start = follow(table, at);
  need(table.buffer, start, 4, table.where);
  const length = table.buffer.readUint32(start);
  need(table.buffer, start + 4, length * width, table.where);
  return { at: start + 4, length };
}

function limited({ where }: FlatTable, found: FlatVector | null, most: number): FlatVector {
  const { at, length } = found ?? { at: 0, length: 0 };
  if (length <= most) return { at, length };
  throw new InputError(`a list of ${length} entries; at most ${most} are read here`, {
    where,
    next: DAMAGED,
  });
}

function tableAt(buffer: ByteBuffer, at: number, where: string): FlatTable {
  need(buffer, at, 4, where);
  const vtable = at - buffer.readInt32(at);
  need(buffer, vtable, 4, where);
  const vtableSize = buffer.readUint16(vtable);
  need(buffer, vtable, vtableSize, where);
  return { buffer, at, vtable, vtableSize, where };
}

/** Where a field of this many bytes lies; null if the table does not have it. */
function fieldAt(
  { buffer, at, vtable, vtableSize, where }: FlatTable,
  field: number,
  width: number,
): number | null {
  const entry = 4 + 2 * field;
  const offset = entry + 2 <= vtableSize ? buffer.readUint16(vtable + entry) : 0;
  if (offset === 0) return null;
  need(buffer, at + offset, width, where);
  return at + offset;
}

/** Where the offset at `at`, which is checked already, leads. */
function follow({ buffer, where }: FlatTable, at: number): number {
  need(buffer, at, 4, where);
  return at + buffer.readUint32(at);
}

const DAMAGED = 'Copy the file again: it is damaged or cut short.';

function need(buffer: ByteBuffer, at: number, count: number, where: string): void {
  if (at >= 0 && at + count <= buffer.capacity()) return;
  throw new InputError(`an offset of the file leads to byte ${at + count}; it has ${buffer.capacity()}`, {
    where,
    next: DAMAGED,
  });
}

function readScalar(buffer: ByteBuffer, type: Scalar, at: number): number {
  switch (type) {
    case 'bool':
    case 'uint8':
      return buffer.readUint8(at);
    case 'int8':
      return buffer.readInt8(at);
    case 'int32':
      return buffer.readInt32(at);
    case 'uint32':
      return buffer.readUint32(at);
    case 'float32':
      return buffer.readFloat32(at);
    case 'int64':
      return Number(buffer.readInt64(at));
  }
}
