import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { hashTfjsFiles, readTfjsLayers, writeTfjsLayers } from '../../toolkit/model/index.js';
import { fileKind, readModelFile, type FileKind } from '../../toolkit/readers/index.js';
import { randomModel } from '../model/random-model.js';
import { repository, tablize } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { asArchive, asH5 } from './keras/keras-bytes.js';

const folder = temporaryFolder('read-model');
const model = randomModel(3);
writeTfjsLayers(folder, model);
const json = join(folder, 'model.json');

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('kinds of files', () => {
  test.each<[FileKind, Uint8Array | string]>([
    ['hdf5', asH5(model)],
    ['zip', asArchive(model)],
    ['tflite', Uint8Array.of(28, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33)],
    ['tfjs-layers', readFileSync(json)],
    ['tfjs-layers', '\ufeff\n {"modelTopology": {}}'],
    ['tfjs-graph', '{"format": "graph-model", "modelTopology": {}}'],
    ['tfjs-graph', `{"modelTopology": {"a": "${' '.repeat(10_000)}"}, "format" : "graph-model"}`],
    ['json', '{"format": "tablize/table-network@1", "labels": ["modelTopology"]}'],
    ['json', '{"a": 1'],
    ['onnx', Uint8Array.of(8, 7, 0x12, 4)],
    ['unknown', ''],
    ['unknown', 'solid'],
    ['unknown', Uint8Array.of(0x89, 0x48, 0x44)],
  ])('%s', (kind, content) => {
    expect(fileKind(Buffer.from(content))).toBe(kind);
  });
});

describe('readModelFile', () => {
  test('a TensorFlow.js model, by file or by folder, with the hash of all its files', async () => {
    const expected = { model: readTfjsLayers(json), hash: hashTfjsFiles(json) };
    expect(await readModelFile(json)).toEqual(expected);
    expect(await readModelFile(folder)).toEqual(expected);
  });

  test('Keras files whatever their names, with the hash of their bytes', async () => {
    for (const bytes of [asH5(model), asArchive(model, '2.15.0')]) {
      const path = file('model.onnx', bytes);
      const { labels, input } = model;
      const read = await readModelFile(path, { labels, scale: input.scale });
      expect(read.model).toEqual(readTfjsLayers(json));
      expect(read.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  test.each<[string, () => string, RegExp]>([
    ['nothing', () => join(folder, 'absent'), /it is not there/],
    ['an empty folder', () => (mkdirSync(join(folder, 'empty')), join(folder, 'empty')), /it is not there/],
    ['a device', () => '/dev/null', /it is no file/],
    ['a text', () => file('text', 'solid'), /no trained model: neither its first bytes/],
    ['JSON cut short', () => file('short.json', '{"modelTopology": {'), /damaged or cut short/],
    ['JSON of another kind', () => file('other.json', '{"a": 1}'), /an object with a/],
    ['half an archive', () => file('half.keras', asArchive(model).subarray(0, 500)), /damaged or cut short/],
  ])('%s', async (_, path, message) => {
    const reading = readModelFile(path());
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(message);
  });
});

describe('on the command line', () => {
  const small = join(repository, 'models/mnist-small/float/model.json');

  test('quantize takes a Keras file; its tables are those of the TensorFlow.js model', async () => {
    const bytes = asH5(readTfjsLayers(small));
    const made = [];
    for (const from of [file('small.h5', bytes), small]) {
      const out = join(folder, made.length === 0 ? 'keras' : 'tfjs', 'small');
      const images = ['--calibrate', 'mnist:train', '--count', '40', '--levels', '8x5'];
      const { code, stderr } = await tablize(['quantize', '--model', from, ...images, '--out', out]);
      expect(stderr).not.toMatch(/defect/);
      expect(code).toBe(0);
      const text = readFileSync(join(out, 'table-network.json'), 'utf8');
      made.push(JSON.parse(text) as { provenance: { sourceHash: string } });
    }
    const [keras, tfjs] = made;
    expect({ ...keras, provenance: null }).toEqual({ ...tfjs, provenance: null });
    expect(keras?.provenance.sourceHash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(tfjs?.provenance.sourceHash).toBe(hashTfjsFiles(small));
  });

  test('a Keras file in place of tables: what to do first', async () => {
    const { code, stderr } = await tablize(['inspect', '--model', file('model.keras', asArchive(model))]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/a Keras model, which has floats[^]*tablize quantize --model/);
  });
});
