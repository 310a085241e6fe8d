import { z } from 'zod';
import { InputError } from '../errors.js';

/** One layer as a configuration lists it. */
export interface ListedLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound: readonly unknown[] | undefined;
  /** What Keras 3 built it with, such as the shape of its input. */
  readonly build: unknown;
}

/** A Sequential or Functional model, whole or within another. */
export interface Configuration {
  readonly name: string;
  readonly isSequential: boolean;
  readonly layers: readonly ListedLayer[];
  readonly inputLayers: unknown;
  readonly outputLayers: unknown;
  /** [batch, ...], if it says so and its layers do not. */
  readonly builtFor: unknown;
}

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).nullish(),
  build_config: z.unknown().optional(),
});
const layersSchema = z.object({
  name: z.string().optional(),
  layers: z.array(layerSchema),
  input_layers: z.unknown().optional(),
  output_layers: z.unknown().optional(),
  build_input_shape: z.unknown().optional(),
});
const modelSchema = z.object({
  class_name: z.string(),
  // Sequential models of old exporters are a bare list.
  config: z.union([
    layersSchema,
    z.array(layerSchema).transform((layers): z.infer<typeof layersSchema> => ({ layers })),
  ]),
  build_config: z.object({ input_shape: z.unknown() }).optional().catch(undefined),
});

/** Classes that are models and not layers. */
export const isModel = (className: string): boolean =>
  className === 'Sequential' || className === 'Functional' || className === 'Model';

/** @throws InputError if it is no configuration of a Sequential or Functional model. */
export function parseConfiguration(value: unknown, where: string): Configuration {
  const parsed = modelSchema.safeParse(value);
  if (!parsed.success) {
    throw new InputError('the model topology is not that of a Keras model', {
      where,
      next: 'Export the model with tf.LayersModel.save, tensorflowjs_converter or model.save of Keras.',
    });
  }
  const { class_name: className, config, build_config: build } = parsed.data;
  if (!isModel(className)) {
    throw new InputError(`a model of class ${className} cannot be read`, {
      where,
      next: 'Export a Sequential or Functional model.',
    });
  }
  return {
    name: config.name ?? 'model',
    isSequential: className === 'Sequential',
    layers: config.layers.map((layer) => ({
      className: layer.class_name,
      name: layer.name ?? nameIn(layer.config) ?? layer.class_name,
      config: layer.config,
      inbound: layer.inbound_nodes ?? undefined,
      build: layer.build_config,
    })),
    inputLayers: config.input_layers,
    outputLayers: config.output_layers,
    builtFor: config.build_input_shape ?? build?.input_shape,
  };
}

const nameIn = ({ name }: Readonly<Record<string, unknown>>): string | undefined =>
  typeof name === 'string' ? name : undefined;
