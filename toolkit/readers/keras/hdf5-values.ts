import type { Attribute, Dataset } from 'h5wasm';

/** HDF5's numbers of classes of types. */
const FLOAT = 1;
const TEXT = 3;

/**
 * The text or the list of texts that an attribute holds; null if it is something else.
 *
 * @throws Error if it is longer than that.
 */
export function textsOf(attribute: Attribute, mostBytes: number): string | readonly string[] | null {
  const { type, shape, size, total_size: count } = attribute.metadata;
  if (type !== TEXT || shape === null) return null;
  if (!(size * count <= mostBytes)) throw new Error(`its attribute ${attribute.name} is too long`);
  const value: unknown = attribute.value;
  return typeof value === 'string' || isTexts(value) ? value : null;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

/**
 * The numbers of an array; null if they are no floats.
 *
 * @throws Error if they are floats of another width or byte order than those of this computer.
 */
export function floatsOf(dataset: Dataset): Float32Array | null {
  const { type, size, littleEndian } = dataset.metadata;
  if (type !== FLOAT) return null;
  if (!littleEndian || (size !== 4 && size !== 8)) {
    throw new Error(`an array of ${littleEndian ? '' : 'big-endian '}${8 * size}-bit floats`);
  }
  const value: unknown = dataset.value;
  if (typeof value === 'number') return Float32Array.of(value);
  if (value instanceof Float32Array) return value;
  return value instanceof Float64Array ? Float32Array.from(value) : null;
}
