import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { InputError } from '../../../toolkit/errors.js';
import { parseTopology } from '../../../toolkit/model/index.js';
import { readKerasFile } from '../../../toolkit/readers/index.js';
import { parseBoundedJson } from '../../../toolkit/readers/bounded-json.js';
import { readHdf5 } from '../../../toolkit/readers/keras/read-hdf5.js';
import { unzip } from '../../../toolkit/readers/keras/unzip.js';
import { walkHdf5 } from '../../../toolkit/readers/keras/walk-hdf5.js';
import { randomModel } from '../../model/random-model.js';
import { archiveBytes, asArchive, asH5, hdf5, kerasOf } from './keras-bytes.js';

// HDF5 tells each damage at length; its library takes hold of this when it is loaded.
vi.hoisted(() => vi.spyOn(console, 'error').mockReturnValue());

const model = randomModel(2);
const h5 = asH5(model);
const archive = asArchive(model);
const weights = unzipSync(archive)['model.weights.h5'] ?? new Uint8Array();
/** Of the older format of HDF5, which has no checksums that would find damage early. */
const older = readFileSync(
  fileURLToPath(new URL('../../fixtures/models/mlperf-tiny-resnet8.h5', import.meta.url)),
);

interface Damage {
  readonly changes: readonly (readonly [at: number, value: number])[];
  readonly length: number;
}

/** Bytes changed at a few places, and perhaps cut short. */
const damage = (size: number, first = size): fc.Arbitrary<Damage> =>
  fc.record({
    changes: fc.array(fc.tuple(fc.nat(Math.min(size, first) - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 12,
    }),
    length: fc.oneof({ weight: 3, arbitrary: fc.constant(size) }, fc.nat(size)),
  });

function damaged(bytes: Uint8Array, { changes, length }: Damage): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [at, value] of changes) copy[at] = value;
  return copy.subarray(0, length);
}

const hasArrays = (read: unknown): boolean =>
  typeof read === 'object' && read !== null && 'datasets' in read && read.datasets instanceof Map;

/** A model, or an InputError. */
async function reads(reading: Promise<unknown>): Promise<void> {
  await reading.then(
    (read) => {
      expect(read).toHaveProperty('layers');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(InputError);
    },
  );
}

describe('damaged copies', () => {
  test.each([
    ['.h5', h5],
    ['.keras', archive],
  ])('of a %s file are a model or an InputError', async (_, bytes) => {
    await fc.assert(
      fc.asyncProperty(damage(bytes.length), (done) => reads(readKerasFile(damaged(bytes, done), 'damaged'))),
      { numRuns: 6, seed: 1 },
    );
  });

  test.each([
    ['.h5', h5, 60],
    ['weights', weights, 60],
    ['the older format', older, 12],
  ])('of %s are read or refused by HDF5, without the thread', async (_, bytes, numRuns) => {
    await fc.assert(
      fc.asyncProperty(damage(bytes.length, 30_000), async (done) => {
        const result = await walkHdf5(damaged(bytes, done)).catch((error: unknown) => error);
        expect(result instanceof Error || hasArrays(result)).toBe(true);
      }),
      { numRuns, seed: 2 },
    );
  });

  test('of an archive are unzipped or an InputError', () => {
    fc.assert(
      fc.property(damage(archive.length), (done) => {
        const copy = damaged(archive, done);
        try {
          expect(unzip(copy, ['config.json', 'model.weights.h5'], 'damaged')).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test('of a configuration are layers or an InputError', () => {
    const text = strToU8(JSON.stringify(kerasOf(model).configuration));
    fc.assert(
      fc.property(damage(text.length), (done) => {
        const copy = damaged(text, done);
        try {
          const value = parseBoundedJson(Buffer.from(copy).toString('utf8'), 'damaged');
          expect(parseTopology({ model_config: value }, 'damaged')).toHaveProperty('nodes');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('archives', () => {
  const bytesOf = (text: string): number[] => [...strToU8(text)];

  test('a declared size beyond all bounds is refused before anything is inflated', () => {
    const bomb = zipSync({ 'config.json': new Uint8Array(1000) }, { level: 9 });
    // The size stands in the directory, 24 bytes after its mark.
    const mark = [0x50, 0x4b, 0x01, 0x02];
    const at = bomb.findIndex((_, i) => mark.every((byte, k) => bomb[i + k] === byte));
    bomb.set([0, 0, 0, 0x7f], at + 24);
    expect(() => unzip(bomb, ['config.json'], 'bomb')).toThrow(/larger than 268435456 bytes/);
  });

  test('a file that inflates to more than it declares', () => {
    const bomb = zipSync({ 'config.json': new Uint8Array(2 ** 24) }, { level: 9 });
    const mark = [0x50, 0x4b, 0x01, 0x02];
    const at = bomb.findIndex((_, i) => mark.every((byte, k) => bomb[i + k] === byte));
    bomb.set([100, 0, 0, 0], at + 24);
    try {
      expect(unzip(bomb, ['config.json'], 'bomb').get('config.json')?.length).toBeLessThanOrEqual(100);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  });

  test('too many files', () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}`, new Uint8Array()]));
    expect(() => unzip(zipSync(many), [], 'many')).toThrow(/more than 1000 files/);
  });

  test('paths in an archive are names: others than the three are not looked at', async () => {
    const files = {
      ...unzipSync(archive),
      '../../evil.json': new Uint8Array(bytesOf('{}')),
      __proto__: new Uint8Array(1),
    };
    const read = await readKerasFile(zipSync(files), 'paths');
    expect(read.layers).toEqual((await readKerasFile(archive, 'plain')).layers);
  });
});

describe('configurations', () => {
  test('nested too deeply', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    expect(() => parseBoundedJson(deep, 'deep')).toThrow(/nested more than 200 deep/);
    expect(parseBoundedJson('"[[[[\\"["', 'text')).toBe('[[[["[');
  });

  test('models within models within models', () => {
    let value: object = { class_name: 'Sequential', config: { layers: [] } };
    for (let i = 0; i < 30; i++) value = { class_name: 'Sequential', config: { layers: [value] } };
    expect(() => parseTopology({ model_config: value }, 'deep')).toThrow(/more than 16 deep/);
  });

  test('more layers than any', () => {
    const dropout = { class_name: 'Dropout', config: {} };
    const value = {
      class_name: 'Sequential',
      config: { layers: Array.from({ length: 10_001 }, () => dropout) },
    };
    expect(() => parseTopology({ model_config: value }, 'long')).toThrow(/more than 10000 layers/);
  });

  test('names with quotes, slashes and control characters stay names', async () => {
    const name = '"; rm -rf / #\u0007\n../..';
    const configuration = {
      class_name: 'Sequential',
      config: {
        name,
        layers: [
          { class_name: 'InputLayer', config: { batch_shape: [null, 2] } },
          { class_name: 'Dense', config: { name, units: 1, use_bias: false } },
        ],
      },
    };
    const kernel = { name: 'kernel', shape: [2, 1], values: Float32Array.of(1, 2) };
    const read = await readKerasFile(archiveBytes(configuration, [['layers/dense', [kernel]]]), 'names');
    expect(read.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(read.layers).toMatchObject([{ name, kind: 'dense' }]);
  });
});

describe('HDF5', () => {
  test('links by name are not followed', async () => {
    const bytes = hdf5((file) => {
      const group = file.create_group('real');
      group.create_dataset({ name: 'array', data: Float32Array.of(1, 2), shape: [2], dtype: '<f' });
      file.create_soft_link('/real', 'soft');
      file.create_external_link('/etc/passwd', '/', 'outside');
      file.create_hard_link('/', 'circle');
    });
    await expect(readHdf5(bytes, 'links')).rejects.toThrow(/deep/);
    const plain = hdf5((file) => {
      file
        .create_group('real')
        .create_dataset({ name: 'array', data: Float32Array.of(1), shape: [1], dtype: '<f' });
      file.create_soft_link('/real', 'soft');
      file.create_external_link('made.h5', '/real', 'outside');
    });
    const { datasets, attributes } = await readHdf5(plain, 'links');
    expect([...datasets.keys()]).toEqual(['real/array']);
    expect([...attributes.keys()]).toEqual(['', 'real']);
  });

  test('an array that is larger than its file, of compressed zeros, is refused', async () => {
    const bytes = hdf5((file) => {
      const data = new Float32Array(100);
      file.create_dataset({
        name: 'a',
        data,
        shape: [100],
        dtype: '<f',
        maxshape: [null],
        chunks: [100],
        compression: 9,
      });
      const dataset = file.get('a');
      if (dataset !== null && 'resize' in dataset) dataset.resize([1e9]);
    });
    expect(bytes.length).toBeLessThan(1e6);
    await expect(readHdf5(bytes, 'bomb')).rejects.toThrow(/arrays are larger than 268435456 bytes/);
  });

  test('a reading that takes too long ends', async () => {
    await expect(readHdf5(h5, 'slow', { milliseconds: 0 })).rejects.toThrow(/takes more than 0 s/);
  });

  test('what its library says holds no control characters of the file', async () => {
    const error: unknown = await readHdf5(Uint8Array.of(1, 2, 3), 'short').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toMatch(/^[\x20-\x7e]*$/);
  });
});
