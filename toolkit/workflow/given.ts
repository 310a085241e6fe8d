import { dataSetOf, type DataSet, type Pictures } from '../data/index.js';
import { InputError } from '../errors.js';
import { fromLayersModel, type FloatModel, type ReadOptions, type SavableModel } from '../model/index.js';
import { labelSchema, nameSchema } from '../network/index.js';

/** What a Layers model does not say of itself: see `ReadOptions`. */
export type Reading = { readonly [Part in keyof ReadOptions]: ReadOptions[Part] | undefined };

/**
 * The float model behind a Layers model.
 *
 * @throws InputError as `fromLayersModel`, or if a table network cannot have its name or its labels.
 */
export async function readGiven(model: SavableModel, reading: Reading): Promise<FloatModel> {
  const { name, labels, scale, offset } = reading;
  const read = await fromLayersModel(model, {
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(scale === undefined ? {} : { scale }),
    ...(offset === undefined ? {} : { offset }),
  });
  if (!nameSchema.safeParse(read.name).success) {
    throw new InputError(`"${read.name}" cannot be the name of a model`, {
      next: 'Give a name of lower-case letters and digits joined by single dashes.',
    });
  }
  const label = read.labels.find((text) => !labelSchema.safeParse(text).success);
  if (label === undefined) return read;
  throw new InputError(`"${label}" cannot be a label`, {
    where: `model "${read.name}"`,
    next: 'Give labels of 1 to 64 characters.',
  });
}

/** The pictures as a DataSet; what does not say its shape has that of the model's input. */
export function picturesFor(model: FloatModel, given: Pictures | DataSet, name: string): DataSet {
  if ('shape' in given) return given;
  return dataSetOf(given, { name, shape: model.input.shape, classes: model.labels });
}
