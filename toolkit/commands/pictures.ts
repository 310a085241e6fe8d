import { loadDataSet, NAMED_SETS, take, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { elements, type TableNetwork } from '../network/index.js';

/**
 * Loads `--images` (the first `count` of them; by default the test pictures of the named set with the network's classes
 * and size, else those of MNIST) and checks that they are what the network reads.
 */
export function loadPictures(
  images: string | undefined,
  count: number | undefined,
  network: TableNetwork,
): DataSet {
  const spec = images ?? usualPictures(network);
  const all = loadDataSet(spec);
  const wanted = network.input.shape;
  // A network with a flat input reads pictures of any shape with as many bytes.
  const fits =
    all.shape.join() === wanted.join() || (wanted[0] * wanted[1] === 1 && wanted[2] === elements(all.shape));
  if (!fits) {
    throw new InputError(
      `the pictures are [${all.shape.join(', ')}], but "${network.name}" reads [${wanted.join(', ')}]`,
      {
        where: spec,
        next: 'give pictures of that shape with --images',
      },
    );
  }
  if (all.classes.length > network.output.labels.length) {
    throw new InputError(
      `the pictures have ${all.classes.length} classes, but "${network.name}" knows ${network.output.labels.length}`,
      { where: spec },
    );
  }
  return count === undefined ? all : take(all, count);
}

/** Of the sets with the network's classes the one that is resampled to its size, else the first. */
function usualPictures({ input: { shape }, output: { labels } }: TableNetwork): string {
  const known = NAMED_SETS.filter(({ classes }) => classes.join('\n') === labels.join('\n'));
  const fitting = known.find(({ resampling }) => resampling?.size === shape[0] && shape[0] === shape[1]);
  return `${(fitting ?? known[0])?.name ?? 'mnist'}:test`;
}
