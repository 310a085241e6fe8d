import { InputError } from '../../errors.js';
import { elements, type Constant } from '../../graph/index.js';
import { halfFloat } from '../../model/half-float.js';
import { scalar, scalars } from './flat-table.js';
import type { TfliteTensor } from './tflite-file.js';

/** Types of elements, by the schema's numbers. */
export const TYPE = {
  float32: 0,
  float16: 1,
  int32: 2,
  uint8: 3,
  int64: 4,
  int16: 7,
  int8: 9,
  float64: 10,
  uint32: 15,
  uint16: 16,
  int4: 17,
} as const;

interface ElementType {
  readonly bits: number;
  readonly isFloat: boolean;
  readonly decode: (bytes: DataView, index: number) => number;
}

const ELEMENTS: Readonly<Record<number, ElementType>> = {
  [TYPE.float32]: { bits: 32, isFloat: true, decode: (bytes, i) => bytes.getFloat32(4 * i, true) },
  [TYPE.float16]: { bits: 16, isFloat: true, decode: (bytes, i) => halfFloat(bytes.getUint16(2 * i, true)) },
  [TYPE.float64]: { bits: 64, isFloat: true, decode: (bytes, i) => bytes.getFloat64(8 * i, true) },
  [TYPE.int32]: { bits: 32, isFloat: false, decode: (bytes, i) => bytes.getInt32(4 * i, true) },
  [TYPE.uint32]: { bits: 32, isFloat: false, decode: (bytes, i) => bytes.getUint32(4 * i, true) },
  [TYPE.int64]: { bits: 64, isFloat: false, decode: (bytes, i) => Number(bytes.getBigInt64(8 * i, true)) },
  [TYPE.int16]: { bits: 16, isFloat: false, decode: (bytes, i) => bytes.getInt16(2 * i, true) },
  [TYPE.uint16]: { bits: 16, isFloat: false, decode: (bytes, i) => bytes.getUint16(2 * i, true) },
  [TYPE.int8]: { bits: 8, isFloat: false, decode: (bytes, i) => bytes.getInt8(i) },
  [TYPE.uint8]: { bits: 8, isFloat: false, decode: (bytes, i) => bytes.getUint8(i) },
  // Two in a byte, the first in the lower half.
  [TYPE.int4]: {
    bits: 4,
    isFloat: false,
    decode: (bytes, i) => (bytes.getUint8(i >> 1) << (i % 2 === 0 ? 28 : 24)) >> 28,
  },
};

/** The smallest and the largest integer of types that stand for levels. */
const RANGES: Readonly<Record<number, readonly [number, number]>> = {
  [TYPE.int8]: [-128, 127],
  [TYPE.uint8]: [0, 255],
  [TYPE.int16]: [-32768, 32767],
  [TYPE.int4]: [-8, 7],
};

/** The integers of a type whose tensors hold levels; null for other types. */
export function levelRange(type: number): readonly [number, number] | null {
  return RANGES[type] ?? null;
}

export function isFloatType(type: number): boolean {
  return ELEMENTS[type]?.isFloat === true;
}

/** Integer q stands for scale * (q - zero): one scale and zero, or one per index along an axis. */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zero: readonly number[];
  readonly axis: number;
}

/**
 * The quantization of a tensor; null if it has none.
 *
 * @param most - the most scales that it may have.
 */
export function quantizationOf(tensor: TfliteTensor, most: number, where: string): Quantization | null {
  if (tensor.quantization === null) return null;
  const scale = scalars(tensor.quantization, 2, 'float32', most);
  if (scale.length === 0) return null;
  const listed = scalars(tensor.quantization, 3, 'int64', most);
  const zero = listed.length === 0 ? [0] : listed;
  const axis = scalar(tensor.quantization, 6, 'int32', 0);
  const counts = [1, tensor.sizes[axis] ?? 1];
  const sound =
    scale.every((value) => Number.isFinite(value) && value >= 0) &&
    zero.every((value) => Number.isSafeInteger(value)) &&
    counts.includes(scale.length) &&
    counts.includes(zero.length);
  if (!sound) throw new InputError('its scales and zero points do not fit it', { where, next: CHECK });
  return { scale, zero, axis };
}

const CHECK = 'Convert the model again: the file is damaged or of another kind.';

/**
 * The values of a constant. Integers that stand for levels become floats, as do 32 and 64-bit ones with a scale; all other
 * integers stay.
 *
 * @throws InputError if there are more or fewer bytes than the sizes say, or the type is not one of numbers.
 */
export function decodeConstant(tensor: TfliteTensor, where: string): Constant {
  const { sizes, data } = tensor;
  const type = ELEMENTS[tensor.type];
  if (type === undefined || data === null) {
    throw new InputError(`its elements are of type ${tensor.type}, which is not one of numbers`, { where });
  }
  if (tensor.sparse) {
    throw new InputError('its values are stored sparsely', {
      where,
      next: 'Convert the model without Optimize.EXPERIMENTAL_SPARSITY.',
    });
  }
  const count = elements(sizes);
  if (sizes.some((size) => size < 1) || Math.ceil((count * type.bits) / 8) !== data.length) {
    throw new InputError(`${data.length} bytes for a tensor of ${sizes.join(' x ')}`, { where, next: CHECK });
  }
  const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type.isFloat) return { sizes, values: decodeAll(count, (i) => type.decode(bytes, i)) };
  const quantization = quantizationOf(tensor, Math.max(1, ...sizes), where);
  if (quantization === null) {
    const integers = new Int32Array(count);
    for (let i = 0; i < count; i++) integers[i] = clampInt32(type.decode(bytes, i));
    return { sizes, values: integers };
  }
  const { scale, zero, axis } = quantization;
  const block = elements(sizes.slice(axis + 1));
  const channels = sizes[axis] ?? 1;
  const values = decodeAll(count, (i) => {
    const channel = Math.floor(i / block) % channels;
    return (
      (scale[channel % scale.length] ?? 0) * (type.decode(bytes, i) - (zero[channel % zero.length] ?? 0))
    );
  });
  return { sizes, values };
}

function decodeAll(count: number, value: (index: number) => number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = value(i);
  return values;
}

/** Ends of slices are often the largest 64-bit integer. */
function clampInt32(value: number): number {
  return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
}
