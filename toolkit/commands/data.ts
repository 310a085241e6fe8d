import {
  describePlace,
  listDataSets,
  loadDataSet,
  picture,
  type DataSetReport,
  type PlaceReport,
} from '../data/index.js';
import { EXIT } from '../errors.js';
import { pictureLines } from '../report/picture.js';
import { grouped } from '../report/text.js';
import { readingOf, valuesLine, type ReadingOptions } from './reading.js';
import type { CommandBody, CommonOptions, Run } from './run.js';

export interface DataOptions extends CommonOptions, ReadingOptions {
  readonly preview?: string;
  readonly count: number;
}

/** `tablize data`: the data sets with a name, whether they are here, and where they were looked for; or some pictures of one. */
export const data: CommandBody<DataOptions> = (options, { output }) => {
  const { preview } = options;
  if (preview !== undefined) return show(preview, options, output);
  const sets = listDataSets();
  output.json(sets);
  for (const line of sets.flatMap(setLines)) output.line(line);
  output.line(
    'Any folder of idx files is a data set too: path/to/folder:train and path/to/folder:test; so are folders of pictures or recordings, .npz, .npy and .csv files (docs/data.md).',
  );
  return EXIT.ok;
};

function setLines(set: DataSetReport): readonly string[] {
  const { name, title, licence, classes, shape, pictures, places, problem, get } = set;
  const size =
    pictures === null || shape === null
      ? []
      : [
          `${grouped(pictures.train)} pictures to train with, ${grouped(pictures.test)} to test with, [${shape.join(', ')}] each`,
        ];
  const details = [
    ...size,
    `${classes.length} classes: ${classes.join(', ')}`,
    ...places.map((place) => `${placeState(place)}  ${describePlace(place)}`),
    ...(problem === null ? [] : [problem]),
    ...(get === null ? [] : [`to get it: ${get}`]),
  ];
  return [
    `${setState(set)}  ${name}: ${title}; licence ${licence}`,
    ...details.map((text) => `         ${text}`),
  ];
}

function setState({ found, places }: DataSetReport): string {
  if (found) return 'ok     ';
  return places.some((place) => place.used && place.found) ? 'damaged' : 'missing';
}

function placeState({ found, used }: PlaceReport): string {
  return !found ? 'missing' : used ? 'used   ' : 'found  ';
}

function show(spec: string, { count, ...reading }: DataOptions, output: Run['output']): typeof EXIT.ok {
  const set = loadDataSet(spec, { ...readingOf(reading), otherwise: 'range' });
  const shown = [...set.labels.subarray(0, count)].map((label, image) => ({
    image,
    label: set.unlabelled === true ? null : label,
    class: set.classes[label] ?? null,
  }));
  output.json({ name: set.name, shape: set.shape, pictures: set.labels.length, classes: set.classes, shown });
  for (const { image, class: name } of shown) {
    for (const line of pictureLines(picture(set, image), set.shape)) output.line(line);
    output.line(`picture ${image} of ${grouped(set.labels.length)}${name === null ? '' : `: "${name}"`}`);
  }
  const line = valuesLine(set);
  if (line !== null) output.line(line);
  return EXIT.ok;
}
