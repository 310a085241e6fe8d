import { z } from 'zod';
import { checkFloatModel, checkLayers, outputCount } from './check-layers.js';
import type { FloatInput, FloatModel } from './float-model.js';
import { layersFromKeras } from './keras-layers.js';
import type { Weights } from './keras-weights.js';
import { readWeights, type WeightGroup } from './tfjs-weights.js';

export interface ReadOptions {
  /** Name of the model; by default that in the file. */
  readonly name?: string;
  /** One per output; by default those in the file, else the numbers 0, 1, ... */
  readonly labels?: readonly string[];
  /** The network was trained on `byte * scale + offset`; by default what the file says, else byte / 255. */
  readonly scale?: number;
  readonly offset?: number;
}

const quantizationSchema = z.union([
  z.object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
/** The weights that some bytes hold, in order. */
export const weightEntriesSchema = z.array(
  z.object({
    name: z.string(),
    shape: z.array(z.int().min(0)),
    dtype: z.string(),
    quantization: quantizationSchema.optional(),
  }),
);
/** What `writeTfjsLayers` leaves in the metadata. */
export const ownMetadataSchema = z.object({
  tablize: z.object({ scale: z.number(), offset: z.number(), labels: z.array(z.string()).min(1) }),
});

/** What a Layers model of TensorFlow.js consists of, in files or in memory. */
export interface Artifacts {
  readonly topology: Readonly<Record<string, unknown>>;
  readonly weightGroups: readonly WeightGroup[];
  /** The user's; ours if `writeTfjsLayers` wrote it. */
  readonly metadata: unknown;
  /** What errors call the model. */
  readonly where: string;
}

/**
 * The model that these artifacts describe.
 *
 * @throws InputError if the weights are cut short, a layer is not supported (its class and name), or weights are NaN.
 */
export function modelFromArtifacts(artifacts: Artifacts, options: ReadOptions): FloatModel {
  const { topology, weightGroups, metadata, where } = artifacts;
  return modelFromKeras({ topology, weights: readWeights(weightGroups, where), metadata, where }, options);
}

/** A Keras model in whatever file it was. */
export interface KerasParts extends Omit<Artifacts, 'weightGroups'> {
  readonly weights: Weights;
}

/**
 * The model that a Keras configuration and its weights describe. One that begins with Rescaling or Normalization reads
 * bytes as they are, unless told otherwise.
 *
 * @throws InputError if a layer is not supported (its class and name), a weight is missing, or weights are NaN.
 */
export function modelFromKeras(parts: KerasParts, options: ReadOptions): FloatModel {
  const { topology, weights, metadata, where } = parts;
  const keras = layersFromKeras(topology, weights, where);
  const own = ownMetadataSchema.safeParse(metadata).data?.tablize;
  const { shape, line } = keras.input;
  const scale = options.scale ?? own?.scale ?? (line === null ? 1 / 255 : 1);
  const offset = options.offset ?? own?.offset ?? 0;
  const { gain, shift } = line ?? { gain: 1, shift: 0 };
  const input: FloatInput = { shape, scale: scale * gain, offset: offset * gain + shift };
  const name = options.name ?? keras.name;
  const unlabelled: FloatModel = { name, input, layers: keras.layers, labels: [] };
  const outputs = outputCount(unlabelled, checkLayers(unlabelled));
  const labels = options.labels ?? own?.labels ?? Array.from({ length: outputs }, (_, i) => String(i));
  const model = { ...unlabelled, labels };
  checkFloatModel(model);
  return model;
}
