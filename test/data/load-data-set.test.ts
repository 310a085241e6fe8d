import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDataSet, loadDataSetPair, picture, take } from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import { idx } from '../support/idx.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tablize-data-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('mnist', () => {
  test('test pictures are the 10,000 of the package, first a seven', () => {
    const data = loadDataSet('mnist:test');
    expect(data.shape).toEqual([28, 28, 1]);
    expect(data.labels).toHaveLength(10_000);
    expect(data.images).toHaveLength(10_000 * 784);
    expect([...data.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect(data.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  test('a pair has 60,000 pictures to train with', () => {
    const { train, test } = loadDataSetPair('mnist');
    expect(train.labels).toHaveLength(60_000);
    expect(test.labels).toHaveLength(10_000);
  });

  test('without a split it says what to add', () => {
    expect(() => loadDataSet('mnist')).toThrow(
      expect.objectContaining({ next: 'Say which: mnist:train or mnist:test.' }) as Error,
    );
  });
});

describe('idx files', () => {
  test('pictures and labels beside each other, plain or gzipped', () => {
    const images = idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
    const labels = idx([2], [0, 2]);
    const plain = file('plain-images-idx3-ubyte', images);
    file('plain-labels-idx1-ubyte', labels);
    const zipped = file('zipped-images-idx3-ubyte.gz', gzipSync(images));
    file('zipped-labels-idx1-ubyte.gz', gzipSync(labels));
    for (const path of [plain, zipped]) {
      const data = loadDataSet(path);
      expect(data.shape).toEqual([1, 3, 1]);
      expect(data.classes).toEqual(['0', '1', '2']);
      expect([...picture(data, 1)]).toEqual([4, 5, 6]);
      expect([...take(data, 1).images]).toEqual([1, 2, 3]);
    }
  });

  test('a folder with the conventional names and a split', () => {
    file('t10k-images-idx3-ubyte.gz', gzipSync(idx([1, 1, 1], [9])));
    file('t10k-labels-idx1-ubyte', idx([1], [1]));
    expect([...loadDataSet(`${folder}:test`).images]).toEqual([9]);
    expect(() => loadDataSet(`${folder}:train`)).toThrow('cannot read the file');
  });

  const labels = idx([1], [0]);
  test.each([
    ['empty', new Uint8Array(), labels, 'the idx file is empty'],
    ['short', idx([2, 1, 1], [1]), labels, 'too short: 2 x 1 x 1 needs 2 bytes after the header, it has 1'],
    ['long', idx([1, 1, 1], [1, 2]), labels, 'too long'],
    ['text', new TextEncoder().encode('hello'), labels, 'not an idx file: it starts with 68 65 6c 6c'],
    ['cut-header', Uint8Array.of(0, 0, 8, 3, 0), labels, 'the idx header needs 16 bytes, the file has 5'],
    ['floats', idx([1, 1, 1], [1], 0x0d), labels, 'element type 0xd is not supported'],
    ['none', idx([0, 28, 28], []), idx([0], []), 'no pictures in it'],
    ['flat', idx([4], [1, 2, 3, 4]), labels, 'pictures need 3 dimensions, found 1'],
    ['mismatch', idx([2, 1, 1], [1, 2]), labels, '2 pictures but 1 labels'],
    ['damaged', gzipSync(idx([1, 1, 1], [1])).subarray(0, 12), labels, 'the gzip file is damaged'],
  ])('%s', (name, images, labelBytes, message) => {
    file(`${name}-labels-idx1-ubyte`, labelBytes);
    const path = file(`${name}-images-idx3-ubyte`, images);
    expect(() => loadDataSet(path)).toThrow(InputError);
    expect(() => loadDataSet(path)).toThrow(message);
  });

  test('a missing file and a name that is none', () => {
    expect(() => loadDataSet(join(folder, 'absent-images-idx3-ubyte'))).toThrow('cannot read the file');
    expect(() => loadDataSet('cifar')).toThrow('no data set "cifar"');
    expect(() => loadDataSet('nowhere:test')).toThrow('no data set "nowhere:test"');
  });
});
