import type { KerasNode, Weights } from '../../model/index.js';
import type { Hdf5File } from './hdf5-file.js';

/**
 * The weights of a whole-model HDF5 file (Keras 1 and 2, and 3 when asked to), in which each layer of the model has a group that lists its
 * weights by name: "conv/kernel:0", or of a model within the model those of all its layers.
 */
export function listedWeights(file: Hdf5File, nodes: readonly KerasNode[], root: string): Weights {
  const listed = new Map(
    [...file.attributes].map(([group, attributes]) => [group, attributes.get('weight_names') ?? []] as const),
  );
  return new Map(
    nodes.flatMap(({ path }) => {
      const [outer = '', ...inner] = path;
      const group = [root, outer].filter((part) => part !== '').join('/');
      const names = [listed.get(group) ?? []].flat().filter((name) => inner.length === 0 || isOf(name, path));
      return names.flatMap((name) => {
        const dataset = file.datasets.get(`${group}/${name}`);
        const variable = variableOf(name);
        return dataset === undefined ? [] : [[[...path, variable].join('/'), dataset] as const];
      });
    }),
  );
}

const variableOf = (name: string): string => (name.split('/').at(-1) ?? '').replace(/:\d+$/, '');

/** Whether the weight of a model within the model is that of this layer in it. */
const isOf = (name: string, path: readonly string[]): boolean => name.split('/').at(-2) === path.at(-1);
