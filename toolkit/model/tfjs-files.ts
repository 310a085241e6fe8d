import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.js';
import { weightEntriesSchema } from './tfjs-artifacts.js';
import type { WeightGroup } from './tfjs-weights.js';

/** Which shards of a TensorFlow.js model hold which weights. */
export const manifestSchema = z.array(
  z.object({
    paths: z.array(z.string()).min(1),
    weights: weightEntriesSchema,
  }),
);
export type Manifest = z.infer<typeof manifestSchema>;

/** The value in a model.json; an InputError that says what the file looks like if it is not JSON. */
export function parseModelFile(path: string): unknown {
  const text = Buffer.from(readBytes(path)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`not a TensorFlow.js model: ${looksLike(text)}`, {
      where: path,
      next: 'Give the model.json that tf.LayersModel.save or tensorflowjs_converter wrote.',
      cause,
    });
  }
}

function looksLike(text: string): string {
  if (text.trim() === '') return 'the file is empty';
  if (text.startsWith('\u0089HDF')) return 'an HDF5 file (Keras .h5)';
  if (text.startsWith('PK')) return 'a zip archive';
  if (text.trimStart().startsWith('{')) return 'JSON that is damaged or cut short';
  return 'no JSON';
}

/** The weights of a manifest with the bytes of the shards, which lie beside model.json. */
export function readGroups(path: string, manifest: Manifest): readonly WeightGroup[] {
  return manifest.map(({ paths, weights }) => ({
    paths,
    weights,
    shards: paths.map((shard) => {
      const inside = normalize(shard);
      if (isAbsolute(inside) || inside.startsWith('..')) {
        throw new InputError(`the weight shard "${shard}" lies outside the model's folder`, { where: path });
      }
      return readBytes(join(dirname(path), inside));
    }),
  }));
}

/**
 * SHA-256 of the files of a Layers or a graph model, as 64 hex digits: `model.json`, then the shards in the order of the
 * manifest.
 */
export function hashTfjsFiles(path: string): string {
  const hash = createHash('sha256').update(readBytes(path));
  const { weightsManifest } = z.object({ weightsManifest: manifestSchema }).parse(parseModelFile(path));
  for (const { shards } of readGroups(path, weightsManifest)) for (const shard of shards) hash.update(shard);
  return hash.digest('hex');
}

/** @throws InputError if the file cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InputError('cannot read the file', {
      where: path,
      next: 'Check the path; weight shards must lie beside model.json.',
      cause,
    });
  }
}
