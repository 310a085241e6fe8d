import { InputError } from '../errors.js';
import type { Weight, Weights } from './keras-weights.js';

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

type Decode = (bytes: DataView, at: number) => number;

/**
 * Decodes the weights: 32-bit floats, or 8 and 16-bit integers that stand for `q * scale + min`.
 *
 * @throws InputError naming the weight if the shards end too early, hold more than they should, or the element type is
 * another one.
 */
export function readWeights(groups: readonly WeightGroup[], where: string): Weights {
  return new Map(groups.flatMap((group) => readGroup(group, where)));
}

function readGroup(group: WeightGroup, where: string): [string, Weight][] {
  const bytes = Buffer.concat(group.shards);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = group.paths.join(', ');
  let at = 0;
  const weights = group.weights.map((entry): [string, Weight] => {
    const { width, decode } = decoder(entry, where);
    const count = entry.shape.reduce((product, size) => product * size, 1);
    if (at + count * width > bytes.length) {
      throw new InputError(
        `the weight shards are cut short: "${entry.name}" needs bytes ${at} to ${at + count * width}, there are ${bytes.length}`,
        { where: `${where} (${files})`, next: 'Copy all weight files of the model again.' },
      );
    }
    const values = Float32Array.from({ length: count }, (_, i) => decode(view, at + i * width));
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
  const { quantization } = entry;
  if (quantization?.dtype === 'uint8') {
    const { scale, min } = quantization;
    return { width: 1, decode: (view, at) => view.getUint8(at) * scale + min };
  }
  if (quantization?.dtype === 'uint16') {
    const { scale, min } = quantization;
    return { width: 2, decode: (view, at) => view.getUint16(at, true) * scale + min };
  }
  if (quantization === undefined && entry.dtype === 'float32') {
    return { width: 4, decode: (view, at) => view.getFloat32(at, true) };
  }
  throw new InputError(`weight "${entry.name}" has the element type ${quantization?.dtype ?? entry.dtype}`, {
    where,
    next: 'Export the model with float32, uint8 or uint16 weights.',
  });
}
