import type { KerasNode, Weights } from '../../model/index.js';
import type { Hdf5File } from './hdf5-file.js';

/**
 * The weights of a whole-model HDF5 file (Keras 1 and 2, and 3 when asked to), in which each layer of the model has a group that lists its
 * weights by name: "conv/kernel:0", or of a model within the model those of all its layers.
 */
export function listedWeights(file: Hdf5File, nodes: readonly KerasNode[], root: string): Weights {
  const groupOf = (layer: string): string => (root === '' ? layer : `${root}/${layer}`);
  const layers = new Set(nodes.map(({ path }) => path[0] ?? ''));
  /** All that is listed for a layer, and for a model what is of each layer in it, whose name comes last. */
  const byScope = new Map<string, Set<string>>();
  for (const layer of layers) {
    for (const name of [file.attributes.get(groupOf(layer))?.get('weight_names') ?? []].flat()) {
      for (const scope of [layer, `${layer}/${scopeOf(name)}`]) {
        byScope.set(scope, (byScope.get(scope) ?? new Set()).add(name));
      }
    }
  }
  const paths = new Map(nodes.map(({ path }) => [path.join('/'), path]));
  return new Map(
    [...paths].flatMap(([whole, path]) => {
      const [layer = ''] = path;
      const names = byScope.get(path.length === 1 ? layer : `${layer}/${path.at(-1) ?? ''}`) ?? [];
      return [...names].flatMap((name) => {
        const dataset = file.datasets.get(`${groupOf(layer)}/${name}`);
        return dataset === undefined ? [] : [[`${whole}/${variableOf(name)}`, dataset] as const];
      });
    }),
  );
}

const variableOf = (name: string): string => (name.split('/').at(-1) ?? '').replace(/:\d+$/, '');
const scopeOf = (name: string): string => name.split('/').at(-2) ?? '';
