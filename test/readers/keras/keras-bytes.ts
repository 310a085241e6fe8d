import { strToU8, zipSync } from 'fflate';
import h5wasm, { type File, type Group } from 'h5wasm';
import { layersToKeras, type KerasLayer } from '../../../toolkit/model/layers-to-keras.js';
import type { FloatModel } from '../../../toolkit/model/index.js';

const { FS } = await h5wasm.ready;

/** The bytes of an HDF5 file that `fill` writes. */
export function hdf5(fill: (file: File) => void): Uint8Array {
  const file = new h5wasm.File('made.h5', 'w');
  fill(file);
  file.close();
  const bytes = Uint8Array.from(FS.readFile('made.h5'));
  FS.unlink('made.h5');
  return bytes;
}

export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Layer by layer. */
export type Variables = readonly (readonly [layer: string, variables: readonly Variable[]])[];

/** The group at a path of names, made where it is missing. */
function group(file: Group, path: readonly string[]): Group {
  return path.reduce<Group>(
    (outer, name) => (outer.keys().includes(name) ? (outer.get(name) as Group) : outer.create_group(name)),
    file,
  );
}

const put = (into: Group, name: string, { values, shape }: Variable): void => {
  into.create_dataset({ name, data: values, shape: [...shape], dtype: '<f' });
};

/** A whole model as Keras 1 and 2 save it; each variable is named as it stands in the list, such as conv/kernel:0. */
export function h5Bytes(configuration: unknown, variables: Variables, version = '2.15.0'): Uint8Array {
  return hdf5((file) => {
    file.create_attribute('model_config', JSON.stringify(configuration));
    file.create_attribute('keras_version', version);
    const weights = file.create_group('model_weights');
    const names = variables.map(([layer]) => layer);
    if (names.length > 0) weights.create_attribute('layer_names', names);
    for (const [layer, list] of variables) {
      const own = group(weights, [layer]);
      const names = list.map(({ name }) => name);
      if (names.length > 0) own.create_attribute('weight_names', names);
      for (const variable of list) {
        const parts = variable.name.split('/');
        put(group(own, parts.slice(0, -1)), parts.at(-1) ?? '', variable);
      }
    }
  });
}

/** An archive of Keras 3; `variables` by the paths that its weights have there, such as layers/dense_1. */
export function archiveBytes(configuration: unknown, variables: Variables, version = '3.9.2'): Uint8Array {
  const weights = hdf5((file) => {
    for (const [path, list] of variables) {
      const vars = group(file, [...path.split('/'), 'vars']);
      list.forEach((variable, i) => {
        put(vars, String(i), variable);
      });
    }
    group(file, ['optimizer', 'vars']);
  });
  return zipSync({
    'metadata.json': strToU8(JSON.stringify({ keras_version: version, date_saved: '2025-01-01@00:00:00' })),
    'config.json': strToU8(JSON.stringify(configuration)),
    'model.weights.h5': weights,
  });
}

/** A model as `writeTfjsLayers` describes it. */
export function kerasOf(model: FloatModel): {
  readonly configuration: object;
  readonly layers: readonly KerasLayer[];
  readonly variables: Variables;
} {
  const { layers, weights } = layersToKeras(model);
  const output = [[layers.at(-1)?.name, 0, 0]];
  const configuration = {
    class_name: 'Functional',
    config: { name: model.name, layers, input_layers: [['input', 0, 0]], output_layers: output },
  };
  const variables = layers.map(
    ({ name }) => [name, weights.filter((weight) => weight.name.startsWith(`${name}/`))] as const,
  );
  return { configuration, layers, variables };
}

/** As Keras 2 saves it. */
export function asH5(model: FloatModel): Uint8Array {
  const { configuration, variables } = kerasOf(model);
  return h5Bytes(
    configuration,
    variables.map(([layer, list]) => [layer, list.map((one) => ({ ...one, name: `${one.name}:0` }))]),
  );
}

/** Names of groups by classes of layers. */
const GROUPS: Readonly<Record<string, string>> = {
  Dense: 'dense',
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  BatchNormalization: 'batch_normalization',
};

/** Variables of layers, by the groups in which an archive keeps them. */
export function keptBy(
  layers: readonly { readonly class_name: string; readonly name: string }[],
  variables: Variables,
): Variables {
  const turns = new Map<string, number>();
  return layers.flatMap(({ class_name: className, name }): Variables => {
    const stem = GROUPS[className];
    if (stem === undefined) return [];
    const turn = turns.get(stem) ?? 0;
    turns.set(stem, turn + 1);
    const list = variables.find(([layer]) => layer === name)?.[1] ?? [];
    return [[`layers/${turn === 0 ? stem : `${stem}_${turn}`}`, list]];
  });
}

/** As Keras 3 saves it, its inputs and types spelled its way. */
export function asArchive(model: FloatModel, version?: string): Uint8Array {
  const { layers, variables } = kerasOf(model);
  const policy = {
    module: 'keras',
    class_name: 'DTypePolicy',
    config: { name: 'float32' },
    registered_name: null,
  };
  const spelled = layers.map((layer) => ({
    ...layer,
    module: 'keras.layers',
    registered_name: null,
    config: { ...spellInput(layer.config), dtype: policy },
    build_config: { input_shape: [null, 1] },
    inbound_nodes: (layer.inbound_nodes as readonly (readonly (readonly unknown[])[])[]).map((read) => ({
      args:
        layer.class_name === 'Add' || layer.class_name === 'Concatenate'
          ? [read.map(tensorOf)]
          : read.map(tensorOf),
      kwargs: {},
    })),
  }));
  const configuration = {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: model.name,
      trainable: true,
      layers: spelled,
      input_layers: ['input', 0, 0],
      output_layers: [layers.at(-1)?.name, 0, 0],
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
  };
  return archiveBytes(configuration, keptBy(layers, variables), version);
}

const tensorOf = ([layer]: readonly unknown[]): object => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 1], dtype: 'float32', keras_history: [layer, 0, 0] },
});

function spellInput(config: object): object {
  if (!('batch_input_shape' in config)) return config;
  const { batch_input_shape: shape, ...rest } = config;
  return { ...rest, batch_shape: shape };
}
