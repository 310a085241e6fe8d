import { z } from 'zod';
import { InputError } from '../errors.js';
import type { FloatModel } from './float-model.js';
import { modelFromArtifacts, weightEntriesSchema, type ReadOptions } from './tfjs-artifacts.js';

/** What a model of TensorFlow.js gives when it is saved. */
export interface SavedArtifacts {
  readonly modelTopology?: unknown;
  readonly weightSpecs?: unknown;
  readonly weightData?: unknown;
  readonly userDefinedMetadata?: unknown;
}

/** A `LayersModel` of TensorFlow.js (`tf.sequential`, `tf.model`, `tf.loadLayersModel`), as far as it matters here. */
export interface SavableModel {
  save(handler: { save(artifacts: SavedArtifacts): Promise<SaveAnswer> }): Promise<unknown>;
}

interface SaveAnswer {
  readonly modelArtifactsInfo: { readonly dateSaved: Date; readonly modelTopologyType: 'JSON' };
}

const artifactsSchema = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightSpecs: weightEntriesSchema,
  weightData: z.union([
    z.instanceof(ArrayBuffer).transform((buffer) => [buffer]),
    z.array(z.instanceof(ArrayBuffer)),
  ]),
  userDefinedMetadata: z.unknown().optional(),
});

/**
 * Reads a Layers model in memory, as `readTfjsLayers` reads one from files. The model stays as it is.
 *
 * @throws InputError if it gives no artifacts of a Layers model, a layer is not supported (its class and name), or
 * weights are NaN.
 */
export async function fromLayersModel(model: SavableModel, options: ReadOptions = {}): Promise<FloatModel> {
  const where = options.name === undefined ? 'the model in memory' : `the model in memory "${options.name}"`;
  const saved: SavedArtifacts[] = [];
  await model.save({
    save: (artifacts) => {
      saved.push(artifacts);
      const answer = { dateSaved: new Date(), modelTopologyType: 'JSON' } as const;
      return Promise.resolve({ modelArtifactsInfo: answer });
    },
  });
  const parsed = artifactsSchema.safeParse(saved[0]);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError(
      `not a Layers model of TensorFlow.js (${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''})`,
      { where, next: 'Give what tf.sequential, tf.model or tf.loadLayersModel returns.' },
    );
  }
  const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = parsed.data;
  const shards = weightData.map((buffer) => new Uint8Array(buffer));
  return modelFromArtifacts(
    {
      topology: modelTopology,
      weightGroups: [{ paths: ['weights'], shards, weights: weightSpecs }],
      metadata: userDefinedMetadata,
      where,
    },
    options,
  );
}
