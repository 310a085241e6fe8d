import { InputError } from '../errors.js';
import { halfFloat } from './half-float.js';
import type { Weights } from './keras-weights.js';

/** One entry of a TensorFlow.js weights manifest, with the bytes of its shards. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly shards: readonly Uint8Array[];
  readonly weights: readonly WeightEntry[];
}

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?:
    | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
    | { readonly dtype: 'float16' }
    | undefined;
}

/** A tensor of a graph model: sizes and axes are integers. */
export interface DecodedWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

type Decode = (bytes: DataView, at: number) => number;

/**
 * Decodes the weights of layers: 16 or 32-bit floats, or 8 and 16-bit integers that stand for `q * scale + min`.
 *
 * @throws InputError naming the weight if the shards end too early, hold more than they should, or the element type is
 * another one.
 */
export function readWeights(groups: readonly WeightGroup[], where: string): Weights {
  const decoded = [...decodeWeights(groups, where)];
  return new Map(
    decoded.map(([name, { shape, values }]) => {
      if (values instanceof Int32Array) throw elementType(name, 'int32', where);
      return [name, { shape, values }];
    }),
  );
}

/** As `readWeights`, but for integers too. */
export function decodeWeights(
  groups: readonly WeightGroup[],
  where: string,
): ReadonlyMap<string, DecodedWeight> {
  return new Map(groups.flatMap((group) => readGroup(group, where)));
}

function readGroup(group: WeightGroup, where: string): [string, DecodedWeight][] {
  const bytes = Buffer.concat(group.shards);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = group.paths.join(', ');
  let at = 0;
  const weights = group.weights.map((entry): [string, DecodedWeight] => {
    const { width, decode } = decoder(entry, where);
    const count = entry.shape.reduce((product, size) => product * size, 1);
    if (at + count * width > bytes.length) {
      throw new InputError(
        `the weight shards are cut short: "${entry.name}" needs bytes ${at} to ${at + count * width}, there are ${bytes.length}`,
        { where: `${where} (${files})`, next: 'Copy all weight files of the model again.' },
      );
    }
    const values = entry.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = decode(view, at + i * width);
    at += count * width;
    return [entry.name, { shape: entry.shape, values }];
  });
  if (at !== bytes.length) {
    throw new InputError(`the weight shards hold ${bytes.length} bytes, the manifest describes ${at}`, {
      where: `${where} (${files})`,
      next: 'Copy all weight files of the model again: they are not of this model.json.',
    });
  }
  return weights;
}

function decoder(entry: WeightEntry, where: string): { readonly width: number; readonly decode: Decode } {
  const { quantization, dtype } = entry;
  const isInteger = dtype === 'int32';
  if (quantization?.dtype === 'uint8' || quantization?.dtype === 'uint16') {
    const { scale, min } = quantization;
    const width = quantization.dtype === 'uint8' ? 1 : 2;
    const value: Decode = (view, at) =>
      (width === 1 ? view.getUint8(at) : view.getUint16(at, true)) * scale + min;
    return { width, decode: isInteger ? (view, at) => Math.round(value(view, at)) : value };
  }
  if (quantization?.dtype === 'float16' && dtype === 'float32') {
    return { width: 2, decode: (view, at) => halfFloat(view.getUint16(at, true)) };
  }
  if (quantization === undefined && dtype === 'float32') {
    return { width: 4, decode: (view, at) => view.getFloat32(at, true) };
  }
  if (quantization === undefined && isInteger) {
    return { width: 4, decode: (view, at) => view.getInt32(at, true) };
  }
  throw elementType(entry.name, quantization?.dtype ?? dtype, where);
}

function elementType(name: string, type: string, where: string): InputError {
  return new InputError(`weight "${name}" has the element type ${type}`, {
    where,
    next: 'Export the model with float32, float16, uint8 or uint16 weights.',
  });
}
