import { variablesOf, type KerasNode, type Weights } from '../../model/index.js';
import type { Dataset, Hdf5File } from './hdf5-file.js';

/** What the group of the layers of a model is called: by Keras 3, and by Keras 2 in .keras files. */
const LAYERS = ['layers', '_layer_checkpoint_dependencies'];

/**
 * The weights in the HDF5 file of a .keras archive, in which a layer is found by its class and its turn among those of
 * that class ("layers/dense_1/vars/0"), and a variable by its number.
 */
export function keptWeights(file: Hdf5File, nodes: readonly KerasNode[]): Weights {
  // Some Keras on Windows wrote names with its separators.
  const datasets = new Map(
    [...file.datasets].map(([path, dataset]) => [path.replaceAll('\\', '/'), dataset]),
  );
  const children = childrenOf(datasets);
  const turns = remember((key: string) => turnsOf(children, key));
  return new Map(
    nodes.flatMap(({ className, config, path, place }) => {
      const group = place.reduce<string | undefined>(
        (outer, { className: kind, index }) => outer && groupOf(turns, outer, kind, index),
        ROOT,
      );
      return variablesOf(className, config).flatMap((variable, i) => {
        const dataset =
          group === undefined ? undefined : datasets.get(`${group}/vars/${i}`.slice(ROOT.length + 1));
        return dataset === undefined ? [] : [[[...path, variable].join('/'), dataset] as const];
      });
    }),
  );
}

const ROOT = '.';

/** Names of what is in each group that holds arrays somewhere, in order. */
function childrenOf(datasets: ReadonlyMap<string, Dataset>): ReadonlyMap<string, ReadonlySet<string>> {
  const children = new Map<string, Set<string>>();
  for (const path of datasets.keys()) {
    let group = ROOT;
    for (const name of path.split('/')) {
      const names = children.get(group) ?? new Set();
      children.set(group, names.add(name));
      group = `${group}/${name}`;
    }
  }
  return children;
}

/** The group of a layer in that of the model that holds it. */
function groupOf(
  turns: (key: string) => readonly string[],
  outer: string,
  className: string,
  index: number,
): string | undefined {
  return LAYERS.map((layers) => turns(`${outer}/${layers}/${snakeCase(className)}`)[index]).find(
    (group) => group !== undefined,
  );
}

/** The groups "dense", "dense_1", ... for "dense", in order; there may be gaps. */
function turnsOf(children: ReadonlyMap<string, ReadonlySet<string>>, first: string): readonly string[] {
  const slash = first.lastIndexOf('/');
  const [layers, stem] = [first.slice(0, slash), first.slice(slash + 1)];
  return [...(children.get(layers) ?? [])]
    .map((name) => ({ group: `${layers}/${name}`, turn: turnOf(name, stem) }))
    .filter(({ turn }) => turn >= 0)
    .sort((a, b) => a.turn - b.turn)
    .map(({ group }) => group);
}

function remember<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

/** 0 for "dense", 3 for "dense_3"; -1 for what is no "dense". */
function turnOf(name: string, stem: string): number {
  if (name === stem) return 0;
  const number = name.startsWith(`${stem}_`) ? name.slice(stem.length + 1) : '';
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : -1;
}

/** As Keras makes names of classes: DepthwiseConv2D is depthwise_conv2d. */
const snakeCase = (className: string): string =>
  className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
