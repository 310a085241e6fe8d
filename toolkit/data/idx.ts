import { InputError } from '../errors.js';

export interface Idx {
  readonly sizes: readonly number[];
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads the idx format of the MNIST page: two zero bytes, element type, number of dimensions, the sizes as
 * big-endian 32-bit integers, then the elements. Only unsigned bytes are read.
 *
 * @throws InputError if `bytes` is empty, not idx, or shorter or longer than its header says.
 */
export function parseIdx(bytes: Uint8Array, where: string): Idx {
  if (bytes.length === 0) throw new InputError('the idx file is empty', { where, next: 'Fetch it again.' });
  const [zero0, zero1, type, rank] = bytes;
  if (bytes.length < 4 || zero0 !== 0 || zero1 !== 0 || rank === undefined || rank === 0) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new InputError(`not an idx file: it starts with ${found}`, {
      where,
      next: 'Give an uncompressed or gzipped idx file, such as t10k-images-idx3-ubyte.',
    });
  }
  if (type !== UNSIGNED_BYTE) {
    throw new InputError(`idx element type 0x${(type ?? 0).toString(16)} is not supported`, {
      where,
      next: 'Give an idx file of unsigned bytes (type 0x08).',
    });
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new InputError(`the idx header needs ${header} bytes, the file has ${bytes.length}`, { where });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = sizes.reduce((product, size) => product * size, 1);
  const values = bytes.subarray(header);
  if (values.length !== expected) {
    const word = values.length < expected ? 'short' : 'long';
    throw new InputError(
      `the idx file is too ${word}: ${sizes.join(' x ')} needs ${expected} bytes after the header, it has ${values.length}`,
      { where, next: 'Fetch it again.' },
    );
  }
  return { sizes, values };
}
