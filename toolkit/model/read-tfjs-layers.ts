import { z } from 'zod';
import { InputError } from '../errors.js';
import type { FloatModel } from './float-model.js';
import { modelFromArtifacts, ownMetadataSchema, type ReadOptions } from './tfjs-artifacts.js';
import { manifestSchema, parseModelFile, readGroups } from './tfjs-files.js';

const fileSchema = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: manifestSchema,
  userDefinedMetadata: z.unknown().optional(),
});
/**
 * Reads a TensorFlow.js Layers model (Sequential or Functional): `model.json` and the weight shards beside it.
 * Dropout goes, and so does a softmax at the end: it does not change which output is the largest.
 *
 * @throws InputError if the file is not such a model (saying what was found), a shard is missing or cut short, a
 * layer is not supported (its class and name), or weights are NaN.
 */
export function readTfjsLayers(path: string, options: ReadOptions = {}): FloatModel {
  const file = readModelFile(path);
  return modelFromArtifacts(
    {
      topology: file.modelTopology,
      weightGroups: readGroups(path, file.weightsManifest),
      metadata: file.userDefinedMetadata,
      where: path,
    },
    options,
  );
}

/** Whether the value in a `model.json` was written by `writeTfjsLayers`. */
export function isOwnTfjsLayers(value: unknown): boolean {
  return z.object({ userDefinedMetadata: ownMetadataSchema }).safeParse(value).success;
}

const NEXT = 'Give the model.json that tf.LayersModel.save or tensorflowjs_converter wrote.';

type ModelFile = z.infer<typeof fileSchema>;

function readModelFile(path: string): ModelFile {
  const value = parseModelFile(path);
  const format = value !== null && typeof value === 'object' && 'format' in value ? value.format : undefined;
  if (format === 'graph-model') {
    throw new InputError('a TensorFlow.js graph model, and not a Layers model', {
      where: path,
      next: 'Give it to `tablize quantize --model`, which reads both.',
    });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const keys = value !== null && typeof value === 'object' ? Object.keys(value).slice(0, 5).join(', ') : '';
  throw new InputError(
    `not a TensorFlow.js Layers model: ${keys === '' ? 'no object' : `an object with ${keys}`}` +
      ` (${parsed.error.issues[0]?.path.map(String).join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''})`,
    { where: path, next: NEXT },
  );
}
