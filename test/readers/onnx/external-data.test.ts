import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Graph } from '../../../toolkit/graph/index.js';
import { readOnnx } from '../../../toolkit/readers/onnx/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { writeModel } from './write-model.js';

const place = temporaryFolder('external-data');
const folder = join(place, 'model');
mkdirSync(folder);
mkdirSync(join(folder, 'inner'));
const values = new Uint8Array(Float32Array.of(7, 1, 2, 3).buffer);
writeFileSync(join(folder, 'weights.bin'), values);
writeFileSync(join(place, 'outside.bin'), values);
symlinkSync(join(place, 'outside.bin'), join(folder, 'link.bin'));
symlinkSync(place, join(folder, 'up'));

const read = (external: Readonly<Record<string, string>>): Graph =>
  readOnnx(
    writeModel({
      inputs: [{ name: 'x', sizes: [3] }],
      weights: [{ name: 'w', sizes: [3], values: [], external }],
      nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      outputs: ['y'],
    }),
    'model.onnx',
    { folder },
  );

it('lies in a file beside the model', () => {
  const graph = read({ location: 'weights.bin', offset: '4', length: '12' });
  expect(graph.constants.get('w')?.values).toEqual(Float32Array.of(1, 2, 3));
  expect(read({ location: 'inner/../weights.bin', offset: '4' }).constants.get('w')?.values[2]).toBe(3);
});

it.each([
  '../outside.bin',
  join(place, 'outside.bin'),
  'link.bin',
  'up/outside.bin',
  'inner',
  '.',
  '',
  'none.bin',
  'weights.bin\0',
])('is not read from %j', (location) => {
  expect(() => read({ location, offset: '4', length: '12' })).toThrow(/is not a file in the model's folder/);
});

it.each([
  { offset: '8' },
  { offset: '4', length: '8' },
  { offset: '-4' },
  { offset: '1e9' },
  { offset: '4', length: '999999999999999' },
])('must be as long as the model says: %j', (part) => {
  expect(() => read({ location: 'weights.bin', ...part })).toThrow(/shorter than|values where its sizes/);
});

it('needs a folder', () => {
  const model = writeModel({
    inputs: [],
    weights: [{ name: 'w', sizes: [3], values: [], external: { location: 'weights.bin' } }],
    nodes: [{ operator: 'Relu', inputs: ['w'], outputs: ['y'] }],
    outputs: ['y'],
  });
  expect(() => readOnnx(model, 'model.onnx')).toThrow(/is not a file in the model's folder/);
});
