import { loadDataSet, NAMED_SETS, take, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { elements, type TableNetwork } from '../network/index.js';
import type { Pictures } from '../verify/index.js';
import type { LoadedModel } from './model.js';
import { readingOf, type ReadingOptions } from './reading.js';

export interface ImagesOptions extends ReadingOptions {
  readonly images?: string;
  readonly count?: number;
}

/**
 * Loads `--images` (the first `count` of them; by default the test pictures of the named set with the network's classes
 * and size, else those of MNIST; of a model that is quantized just now those that go with its calibration) and checks that they are what the network reads.
 */
export function loadPictures(
  { images, count, ...reading }: ImagesOptions,
  { network, pictures }: Pick<LoadedModel, 'network' | 'pictures'>,
): DataSet {
  const spec = images ?? pictures?.images ?? usualPictures(network);
  const wanted = network.input.shape;
  const { labels } = network.output;
  const values = pictures?.values;
  const all = loadDataSet(spec, {
    ...(values === undefined ? {} : { values }),
    ...readingOf(reading),
    shape: wanted,
    ...(network.output.values === undefined ? { classes: labels } : {}),
  });
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
  if (network.output.values === undefined && all.classes.length > labels.length) {
    throw new InputError(
      `the pictures have ${all.classes.length} classes, but "${network.name}" knows ${labels.length}`,
      { where: spec },
    );
  }
  return count === undefined ? all : take(all, count);
}

/** What a device is verified with: labels only where somebody has said them, and where the outputs are classes. */
export const toVerify = (
  { images, labels, unlabelled }: DataSet,
  { output: { values } }: TableNetwork,
): Pictures => ({
  images,
  labels: unlabelled === true || values !== undefined ? null : labels,
});

/** Of the sets with the network's classes the one that is resampled to its size, else the first. */
function usualPictures({ input: { shape }, output: { labels } }: TableNetwork): string {
  const known = NAMED_SETS.filter(({ classes }) => classes.join('\n') === labels.join('\n'));
  const fitting = known.find(({ resampling }) => resampling?.size === shape[0] && shape[0] === shape[1]);
  return `${(fitting ?? known[0])?.name ?? 'mnist'}:test`;
}
