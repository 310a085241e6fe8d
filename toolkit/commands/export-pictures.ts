import { picture, take, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { madeUpPictures, type ExamplePicture, type MeasuredAccuracy } from '../export/index.js';
import { tableAccuracy } from '../tablize/index.js';
import type { LoadedModel } from './model.js';
import { loadPictures, type ImagesOptions } from './pictures.js';
import type { Run } from './run.js';

export interface PictureOptions extends ImagesOptions {
  readonly count: number;
  /** Nothing is measured, for nothing will be written. */
  readonly dryRun?: boolean;
}

/** Pictures that an export carries along, and what the tables make of all that were given. */
export interface ExportPictures {
  readonly examples: readonly ExamplePicture[];
  readonly accuracy: MeasuredAccuracy | null;
}

/**
 * The first pictures of `--images`, and the accuracy over `--count` of them. Without `--images` the set that belongs to the network is
 * tried; where none does, pictures are made up and nothing is measured.
 */
export async function exportPictures(
  model: LoadedModel,
  options: PictureOptions,
  examples: number,
  { output, signal }: Run,
): Promise<ExportPictures> {
  const { dryRun = false } = options;
  const { network } = model;
  const data = picturesOf(model, options);
  if (data === null) return { examples: madeUpPictures(network, examples), accuracy: null };
  const set = plainName(data);
  const shown = take(data, examples);
  return {
    examples: Array.from(shown.labels, (_label, k) => ({
      title: `picture ${k + 1} of ${set}`,
      pixels: picture(shown, k),
    })),
    accuracy:
      dryRun || data.unlabelled === true || network.output.values !== undefined
        ? null
        : {
            tables: await tableAccuracy(
              network,
              data,
              output.progress,
              signal,
              'interrupted: nothing is written',
            ),
            count: data.labels.length,
            set,
          },
  };
}

function picturesOf(model: LoadedModel, options: PictureOptions): DataSet | null {
  try {
    const data = loadPictures(options, model);
    return data.labels.length === 0 ? null : data;
  } catch (error) {
    if (options.images === undefined && error instanceof InputError) return null;
    throw error;
  }
}

/** The name of a known set; what a path is called is nobody's business but its owner's. */
function plainName({ name }: DataSet): string {
  return /^[a-z0-9-]+:(test|train)$/.test(name) ? name : 'a data set of its owner';
}
