import { z } from 'zod';
import { InputError } from '../errors.js';

/** One layer of a Keras configuration, with the names of the layers it reads. */
export interface KerasNode {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Empty for the first layer and for input layers. */
  readonly inputs: readonly string[];
}

export interface KerasTopology {
  readonly name: string;
  /** Keras 3 gave some names another meaning. */
  readonly isKeras3: boolean;
  readonly nodes: readonly KerasNode[];
}

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).optional(),
});
const layersSchema = z.object({
  name: z.string().optional(),
  layers: z.array(layerSchema),
  output_layers: z.array(z.unknown()).optional(),
});
const topologySchema = z.object({
  class_name: z.string(),
  // Sequential models of old exporters are a bare list.
  config: z.union([layersSchema, z.array(layerSchema).transform((layers) => ({ layers }))]),
});
const keras3 = z.object({ keras_version: z.string().startsWith('3.') });
/** [layer, node, tensor, ...] */
const reference = z.tuple([z.string()]).rest(z.unknown());
/** Keras 2: [[layer, 0, 0, {}], ...]. */
const oldNode = z.array(reference);
/** Keras 3: {args: [tensor or list of tensors]}. */
const tensor = z.object({ config: z.object({ keras_history: reference }) });
const newNode = z.object({ args: z.array(z.union([tensor, z.array(tensor)])) });

/**
 * The layers of a Sequential or Functional Keras configuration, in order.
 *
 * @throws InputError if it is neither, or has a layer that is used twice or several outputs.
 */
export function parseTopology(topology: Readonly<Record<string, unknown>>, where: string): KerasTopology {
  const parsed = topologySchema.safeParse(topology['model_config'] ?? topology);
  if (!parsed.success) {
    throw new InputError('the model topology is not that of a Keras model', {
      where,
      next: 'Export the model with tf.LayersModel.save or tensorflowjs_converter.',
    });
  }
  const isKeras3 = keras3.safeParse(topology).success;
  const { class_name: className, config } = parsed.data;
  const name = 'name' in config && config.name !== undefined ? config.name : 'model';
  const bare = config.layers.map(({ class_name, name: outer, config: inner, inbound_nodes }) => {
    const named = typeof inner['name'] === 'string' ? inner['name'] : undefined;
    return {
      className: class_name,
      name: outer ?? named ?? class_name,
      config: inner,
      inbound: inbound_nodes,
    };
  });
  if (className === 'Sequential') {
    const nodes = bare.map(({ className: kind, name: layer, config: inner }, i) => {
      const before = bare[i - 1];
      return {
        className: kind,
        name: layer,
        config: inner,
        inputs: before === undefined ? [] : [before.name],
      };
    });
    return { name, isKeras3, nodes };
  }
  if (className !== 'Model' && className !== 'Functional') {
    throw new InputError(`a model of class ${className} cannot be read`, {
      where,
      next: 'Export a Sequential or Functional model.',
    });
  }
  const nodes = bare.map(({ inbound, ...node }) => ({
    ...node,
    inputs: inboundNames(node.name, inbound, where),
  }));
  checkOutput(nodes, 'output_layers' in config ? config.output_layers : undefined, where);
  return { name, isKeras3, nodes };
}

function inboundNames(layer: string, inbound: readonly unknown[] = [], where: string): readonly string[] {
  if (inbound.length > 1) {
    throw new InputError('it is used at several places of the model', {
      where: `layer "${layer}" of ${where}`,
      next: 'Give each place a layer of its own.',
    });
  }
  const [node] = inbound;
  if (node === undefined) return [];
  const old = oldNode.safeParse(node);
  if (old.success) return old.data.map(([name]) => name);
  const current = newNode.safeParse(node);
  if (current.success) return current.data.args.flat().map(({ config }) => config.keras_history[0]);
  throw new InputError('its inputs cannot be read', { where: `layer "${layer}" of ${where}` });
}

function checkOutput(
  nodes: readonly KerasNode[],
  outputs: readonly unknown[] | undefined,
  where: string,
): void {
  // One output is written as [[layer, 0, 0]] or, by some exporters, as [layer, 0, 0].
  const first = outputs?.[0];
  const one = typeof first === 'string' ? outputs : first;
  const parsed = reference.safeParse(one);
  const several = typeof first !== 'string' && (outputs?.length ?? 0) > 1;
  if (!parsed.success || several || parsed.data[0] !== nodes.at(-1)?.name) {
    throw new InputError('the model must have one output, that of its last layer', {
      where,
      next: 'Export a model with a single output.',
    });
  }
}
