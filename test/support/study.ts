import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSet } from '../../toolkit/data/index.js';
import { networkCompactness } from '../../toolkit/network/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { parseGrid, type Cell, type CellResult, type Study } from '../../toolkit/study/index.js';
import { idx } from './idx.js';
import { tinyNetwork } from './tiny-network.js';

/** Three classes of 9 x 6 pictures: a bright row at the top, in the middle, at the bottom, under noise. */
export function rows(name: string, count: number, seed: number): DataSet {
  const random = randomSource(seed);
  const labels = Uint8Array.from({ length: count }, () => Math.floor(random() * 3));
  const images = Uint8Array.from({ length: count * 54 }, (_, i) => {
    const row = Math.floor((i % 54) / 6);
    const bright = row === [1, 4, 7][labels[Math.floor(i / 54)] ?? 0];
    return Math.floor(random() * 100) + (bright ? 120 : 0);
  });
  return { name, shape: [9, 6, 1], images, labels, classes: ['0', '1', '2'] };
}

export const rowsPair = { train: rows('rows:train', 640, 1), test: rows('rows:test', 150, 2) };

/** A folder of idx files with the same pictures. */
export function rowsFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [stem, { labels, images, shape }] of [
    ['train', rowsPair.train],
    ['t10k', rowsPair.test],
  ] as const) {
    const write = (name: string, bytes: Uint8Array): void =>
      writeFileSync(join(folder, `${stem}-${name}-ubyte`), bytes);
    write('images-idx3', idx([labels.length, shape[0], shape[1]], images));
    write('labels-idx1', idx([labels.length], labels));
  }
  return folder;
}

/** A grid of small networks: two of "mlp" that share a float network, one of another seed. */
export const smallGrid = {
  name: 'rows',
  title: 'Rows of light',
  data: 'rows',
  networks: [
    { architecture: 'mlp', floatEpochs: 2 },
    { architecture: 'cnn', floatEpochs: 1 },
  ],
  schemes: [
    { name: 'learned', weights: 'k-means', activations: 'uniform', learn: true },
    { name: 'fixed', weights: 'uniform', activations: 'fixed', learn: false },
  ],
  blocks: [
    { networks: ['mlp'], seeds: [1], schemes: ['learned'], levels: ['8x5'], epochs: 2 },
    { networks: ['mlp'], seeds: [1, 2], schemes: ['fixed'], levels: ['8x5'], epochs: 1 },
  ],
};

export const studyOf = (grid: unknown): Study => parseGrid(JSON.stringify(grid), 'grid.json');

export const madeUpData = { name: 'rows', train: 640, test: 150, hash: 'a'.repeat(64) };

/** A result that nobody trained for. */
export function madeUpResult(
  cell: Cell,
  accuracy: { readonly float: number; readonly table: number },
): CellResult {
  return {
    cell: cell.id,
    data: madeUpData,
    architecture: cell.architecture,
    seed: cell.seed,
    floatEpochs: cell.floatEpochs,
    levels: { activations: cell.activationLevels, weights: cell.weightLevels },
    scheme: cell.scheme,
    epochs: cell.epochs,
    accuracy,
    hash: 'b'.repeat(64),
    macs: 100,
    compactness: networkCompactness(tinyNetwork()),
  };
}
