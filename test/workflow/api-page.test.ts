import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { parseNetwork } from '../../toolkit/index.js';
import { save } from '../model/tensorflow.js';
import { idx } from '../support/idx.js';
import { rows } from '../support/rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { rowsModel } from './rows-model.js';

/*
 * The programs of docs/api.md, as they stand there, in a folder where tablize is installed: what they leave to the reader
 * (a trained model, pictures) is put before them.
 */

const page = readFileSync(assetPath('docs/api.md'), 'utf8');
const programs = new Map(
  [...page.matchAll(/<!-- test: (\w+) -->\n\n```js\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

const [train, test] = [rows('train', 640, 1), rows('test', 200, 2)];

/** A model and pictures in memory, for programs that speak of them. */
const BEFORE = `
import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');
const { modelTopology, weightsManifest: [{ paths, weights }] } = JSON.parse(readFileSync('my-model/model.json', 'utf8'));
const shards = Buffer.concat(paths.map((path) => readFileSync('my-model/' + path)));
const model = await loadLayersModel({
  load: async () => ({ modelTopology, weightSpecs: weights, weightData: Uint8Array.from(shards).buffer }),
});
const { trainImages, trainLabels, testImages, testLabels } = JSON.parse(readFileSync('pictures.json', 'utf8'));
`;

/** A reader's folder: tablize and TensorFlow.js installed, a model, pictures as JSON and as idx files. */
async function readersFolder(): Promise<string> {
  const folder = temporaryFolder('reader');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(assetPath('.'), join(folder, 'node_modules', 'tablize'));
  symlinkSync(assetPath('node_modules/@tensorflow'), join(folder, 'node_modules', '@tensorflow'));
  await save(rowsModel(), join(folder, 'my-model'));
  const [trainImages, trainLabels, testImages, testLabels] = [train, test]
    .flatMap(({ images, labels }) => [images, labels])
    .map((bytes) => [...bytes]);
  const pictures = { trainImages, trainLabels, testImages, testLabels };
  writeFileSync(join(folder, 'pictures.json'), JSON.stringify(pictures));
  mkdirSync(join(folder, 'digits'));
  for (const [half, { images, labels, shape }] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const write = (name: string, bytes: Uint8Array): void =>
      writeFileSync(join(folder, 'digits', `${half}-${name}-ubyte`), bytes);
    write('images-idx3', idx([labels.length, shape[0], shape[1]], images));
    write('labels-idx1', idx([labels.length], labels));
  }
  return folder;
}

describe('docs/api.md', () => {
  it('has a program for each way', () => {
    expect([...programs.keys()]).toEqual(['trainTables', 'quantizeTables', 'trainModel']);
    // The one that speaks to a board is left out.
    expect(page.match(/```js/g)).toHaveLength(programs.size + 1);
  });

  it.each([...programs])('%s runs and prints good accuracies', async (_name, program) => {
    const folder = await readersFolder();
    const path = join(folder, 'program.mjs');
    writeFileSync(path, program.includes('readTfjsLayers') ? program : BEFORE + program);
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: folder });
    const [float = 0, tables = 0] = [...(/float (\S+), tables (\S+)/.exec(stdout) ?? [])]
      .slice(1)
      .map(Number);
    expect(float).toBeGreaterThan(0.95);
    expect(tables).toBeGreaterThan(0.9);
    if (!program.includes('table-network.json')) return;
    parseNetwork(readFileSync(join(folder, 'table-network.json'), 'utf8'), 'table-network.json');
  });
});
