import protobuf from 'protobufjs/minimal.js';

/** A field of a protobuf message: what it holds depends on how it was written, which the getters check. */
export interface Field {
  readonly number: number;
  readonly bytes: () => Uint8Array;
  readonly text: () => string;
  /** An integer of up to 64 bits; beyond 53 it is not exact. */
  readonly integer: () => number;
  readonly float: () => number;
  /** One value, or many that were packed. */
  readonly integers: () => readonly number[];
  readonly floats: () => readonly number[];
  readonly doubles: () => readonly number[];
}

const VARINT = 0;
const BYTES = 2;
const FLOAT = 5;
const DOUBLE = 1;

/**
 * The fields of a message, one after the other. What is not asked for is skipped.
 *
 * @throws Error if the bytes are no such message; never reads beyond them.
 */
export function* fields(bytes: Uint8Array): Generator<Field> {
  const reader = new protobuf.Reader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [number, wire] = [tag >>> 3, tag & 7];
    const start = reader.pos;
    reader.skipType(wire);
    const end = reader.pos;
    const content = (): protobuf.Reader => new protobuf.Reader(bytes.subarray(start, end));
    yield {
      number,
      bytes: () => contentOf(content(), wire),
      text: () => new TextDecoder().decode(contentOf(content(), wire)),
      integer: () => integer(expecting(VARINT, wire, content())),
      float: () => expecting(FLOAT, wire, content()).float(),
      integers: () => list(content(), wire, VARINT, integer),
      floats: () => list(content(), wire, FLOAT, (from) => from.float()),
      doubles: () => list(content(), wire, DOUBLE, (from) => from.double()),
    };
  }
}

function contentOf(reader: protobuf.Reader, wire: number): Uint8Array {
  return expecting(BYTES, wire, reader).bytes();
}

function list(
  reader: protobuf.Reader,
  wire: number,
  single: number,
  read: (from: protobuf.Reader) => number,
): readonly number[] {
  if (wire === single) return [read(reader)];
  const packed = new protobuf.Reader(contentOf(reader, wire));
  const values: number[] = [];
  while (packed.pos < packed.len) values.push(read(packed));
  return values;
}

function integer(reader: protobuf.Reader): number {
  return Number(reader.int64());
}

function expecting(wanted: number, wire: number, reader: protobuf.Reader): protobuf.Reader {
  if (wire !== wanted) throw new Error(`a field of wire type ${wire} where ${wanted} is expected`);
  return reader;
}
