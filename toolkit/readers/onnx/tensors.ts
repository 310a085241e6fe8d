import { InputError } from '../../errors.js';
import { checkElements, elements, quoted, type Constant, type Sizes } from '../../graph/index.js';
import { halfFloat } from '../../model/half-float.js';
import { isDataType, isFloat, TYPE, typeName, type DataType } from './data-types.js';
import type { TensorMessage } from './messages.js';

/** A tensor of a file; integers are cut off at 32 bits, floats of any width are float32. */
export interface OnnxTensor extends Constant {
  readonly type: DataType;
}

/** Gives the bytes that lie in another file. */
export type External = (entries: ReadonlyMap<string, string>, where: string) => Uint8Array;

/** Bytes per value of raw data. */
const WIDTHS: Readonly<Record<DataType, number>> = {
  [TYPE.float]: 4,
  [TYPE.uint8]: 1,
  [TYPE.int8]: 1,
  [TYPE.uint16]: 2,
  [TYPE.int16]: 2,
  [TYPE.int32]: 4,
  [TYPE.int64]: 8,
  [TYPE.bool]: 1,
  [TYPE.float16]: 2,
  [TYPE.double]: 8,
  [TYPE.uint32]: 4,
  [TYPE.uint64]: 8,
  [TYPE.bfloat16]: 2,
  [TYPE.uint4]: 0.5,
  [TYPE.int4]: 0.5,
};

/** @throws InputError if the type is none of numbers, or the values are not as many as the sizes say. */
export function readTensor(message: TensorMessage, where: string, external: External): OnnxTensor {
  const { sizes, type } = message;
  const place = `${where}: tensor ${quoted(message.name)}`;
  if (!isDataType(type)) {
    throw new InputError(`a tensor of ${typeName(type)}`, {
      where: place,
      next: 'Only tensors of numbers are supported.',
    });
  }
  checkElements(sizes, place);
  const raw = message.external === null ? message.raw : external(message.external, place);
  const values = raw === null ? listed(message, type) : fromRaw(raw, type, sizes, place);
  if (values.length !== elements(sizes)) throw mismatch(values.length, sizes, place);
  return { sizes, type, values: stored(values, type) };
}

/** As a Constant holds them: floats as float32, integers cut off at 32 bits. */
export function stored(values: readonly number[] | Constant['values'], type: DataType): Constant['values'] {
  if (isFloat(type)) return values instanceof Float32Array ? values : Float32Array.from(values);
  if (values instanceof Int32Array) return values;
  return Int32Array.from(values, (value) => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1));
}

function mismatch(count: number, sizes: Sizes, where: string): InputError {
  return new InputError(`${count} values where its sizes ask for ${elements(sizes)}`, {
    where,
    next: 'The file is damaged or cut short: export it anew.',
  });
}

/** Values that are not raw bytes. */
function listed({ floats, integers, longs, doubles }: TensorMessage, type: DataType): readonly number[] {
  switch (type) {
    case TYPE.float:
      return floats;
    case TYPE.double:
      return doubles;
    case TYPE.int64:
    case TYPE.uint64:
    case TYPE.uint32:
      return longs;
    case TYPE.float16:
      return integers.map((bits) => halfFloat(bits & 0xffff));
    case TYPE.bfloat16:
      return integers.map(brainToNumber);
    case TYPE.uint8:
    case TYPE.int8:
    case TYPE.uint16:
    case TYPE.int16:
    case TYPE.int32:
    case TYPE.bool:
      return integers;
    case TYPE.uint4:
    case TYPE.int4:
      return integers.flatMap((pair) => [nibble(pair, type), nibble(pair >> 4, type)]);
  }
}

function fromRaw(raw: Uint8Array, type: DataType, sizes: Sizes, where: string): Constant['values'] {
  const [count, width] = [elements(sizes), WIDTHS[type]];
  if (raw.length !== Math.ceil(count * width)) throw mismatch(Math.floor(raw.length / width), sizes, where);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = reader(view, type);
  const values = isFloat(type) ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) values[i] = read(i);
  return values;
}

/** Reads the i-th value. */
function reader(view: DataView, type: DataType): (i: number) => number {
  switch (type) {
    case TYPE.float:
      return (i) => view.getFloat32(i * 4, true);
    case TYPE.double:
      return (i) => view.getFloat64(i * 8, true);
    case TYPE.float16:
      return (i) => halfFloat(view.getUint16(i * 2, true));
    case TYPE.bfloat16:
      return (i) => brainToNumber(view.getUint16(i * 2, true));
    case TYPE.uint8:
    case TYPE.bool:
      return (i) => view.getUint8(i);
    case TYPE.int8:
      return (i) => view.getInt8(i);
    case TYPE.uint16:
      return (i) => view.getUint16(i * 2, true);
    case TYPE.int16:
      return (i) => view.getInt16(i * 2, true);
    case TYPE.int32:
      return (i) => view.getInt32(i * 4, true);
    case TYPE.uint32:
      return (i) => Math.min(view.getUint32(i * 4, true), 2 ** 31 - 1);
    case TYPE.int64:
      return (i) => cut(view.getBigInt64(i * 8, true));
    case TYPE.uint64:
      return (i) => cut(view.getBigUint64(i * 8, true));
    case TYPE.uint4:
    case TYPE.int4:
      return (i) => nibble(view.getUint8(i >> 1) >> (4 * (i & 1)), type);
  }
}

function cut(value: bigint): number {
  return Math.min(Math.max(Number(value), -(2 ** 31)), 2 ** 31 - 1);
}

function nibble(bits: number, type: DataType): number {
  const value = bits & 15;
  return type === TYPE.int4 && value >= 8 ? value - 16 : value;
}

/** The upper half of a float32. */
function brainToNumber(bits: number): number {
  return new Float32Array(Int32Array.of(bits << 16).buffer)[0] ?? 0;
}
