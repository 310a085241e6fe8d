import { InputError } from '../errors.js';
import type { NumberArray } from './arrays.js';
import { MOST_VALUES } from './read-data-options.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Numbers other than bytes take eight times the memory. */
const MOST_NUMBERS = MOST_VALUES / 8;

type Reader = (view: DataView, at: number, little: boolean) => number;

/** Bytes and a reader for each type of element, by numpy's letter and size. */
const TYPES: Readonly<Record<string, { readonly size: number; readonly read: Reader }>> = {
  b1: { size: 1, read: (view, at) => view.getUint8(at) },
  u1: { size: 1, read: (view, at) => view.getUint8(at) },
  i1: { size: 1, read: (view, at) => view.getInt8(at) },
  u2: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  i2: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  u4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  i4: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  u8: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { size: 2, read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * Reads numpy's .npy format, versions 1 to 3: numbers of one type, rows first.
 *
 * @throws InputError if it is not npy, of another type, stored by columns, or longer or shorter than its header says.
 */
export function parseNpy(bytes: Uint8Array, where: string): NumberArray {
  const next = 'Save it with numpy.save or numpy.savez, as numbers.';
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new InputError('not an npy file: it does not start with \\x93NUMPY', { where, next });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw new InputError(`npy version ${version} is not known`, { where, next });
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw new InputError('the npy file ends within its header', { where, next });
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < start + length)
    throw new InputError('the npy file ends within its header', { where, next });
  // What follows is a Python dictionary; its three entries are found one by one.
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + Math.min(length, 10_000)));
  const type = /'descr': *'([<>|=]?)([a-zA-Z]\d{1,4})'/.exec(header);
  const order = /'fortran_order': *(True|False)/.exec(header);
  const sizes = /'shape': *\(([\d, ]{0,200})\)/.exec(header);
  if (type === null || order === null || sizes === null)
    throw new InputError('the header of the npy file tells no type and shape of numbers', { where, next });
  const element = TYPES[type[2] ?? ''];
  if (element === undefined)
    throw new InputError(`npy elements of type ${type[2] ?? ''} are no numbers`, { where, next });
  if (order[1] === 'True')
    throw new InputError('the npy file is stored by columns', {
      where,
      next: 'Save it by rows: numpy.save(path, numpy.ascontiguousarray(x)).',
    });
  const shape = (sizes[1] ?? '').split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = shape.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(start + length);
  if (data.length !== count * element.size)
    throw new InputError(
      `the npy file is too ${data.length < count * element.size ? 'short' : 'long'}: ${shape.join(' x ')} needs ${count * element.size} bytes after the header, it has ${data.length}`,
      { where, next },
    );
  if (type[2] === 'u1') return { shape, values: data, bytes: true };
  if (count > MOST_NUMBERS)
    throw new InputError(`${count} numbers are too many`, { where, next: 'Save them as bytes (uint8).' });
  const numbers = new DataView(data.buffer, data.byteOffset, data.length);
  const little = type[1] !== '>';
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = element.read(numbers, i * element.size, little);
  return { shape, values, bytes: false };
}

/** A number of 16 bits: sign, 5 of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
