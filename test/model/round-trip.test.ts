import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as layers from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  evaluateFloat,
  readTfjsLayers,
  writeTfjsLayers,
  type FloatLayer,
  type FloatModel,
} from '../../toolkit/model/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { randomInput, randomModel, TFJS_ACTIVATIONS } from './random-model.js';
import { expectClose, fileHandler, predict } from './tensorflow.js';

const folder = temporaryFolder('round-trip');

/** Writes a model, compares TensorFlow.js with our evaluator on it, and reads it back. */
async function roundTrip(model: FloatModel): Promise<FloatModel> {
  const out = join(folder, model.name);
  writeTfjsLayers(out, model);
  const loaded = await layers.loadLayersModel(fileHandler(out));
  const input = randomInput(model, 1);
  expectClose(evaluateFloat(model, input), predict(loaded, input));
  loaded.dispose();
  return readTfjsLayers(join(out, 'model.json'));
}

const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1));
const conv = { kind: 'conv2d', kernelSize: [1, 1], strides: [1, 1], padding: 'valid' } as const;
const zeros = { top: 1, right: 1, bottom: 1, left: 1 };

/** A model that reads 4 x 4 x 2 values and has as many outputs as `labels`. */
const model = (name: string, labels: readonly string[], ...parts: readonly FloatLayer[]): FloatModel => ({
  name,
  input: { shape: [4, 4, 2], scale: 1 / 255, offset: 0 },
  layers: parts,
  labels,
});
const dense = (name: string, input: string, inputs: number, activation = 'linear' as const): FloatLayer => ({
  name,
  input,
  kind: 'dense',
  units: 3,
  kernel: values(inputs * 3),
  bias: values(3),
  activation,
});

test('random networks mean the same to TensorFlow.js, and are read back exactly', async () => {
  const kinds = new Set<FloatLayer['kind']>();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const random = randomModel(seed);
      expect(await roundTrip(random)).toEqual(random);
      for (const { kind } of random.layers) kinds.add(kind);
    }),
    { numRuns: 60 },
  );
  expect(kinds.size).toBe(11);
});

test.each([
  'mnist-mlp',
  'mnist-cnn',
  'mnist-small',
  'mnist-16',
  ...['mobilenet', 'resnet', 'alexnet'].flatMap((name) => [`fashion-${name}-8x5`, `fashion-${name}-20x16`]),
])('%s is written byte for byte as it was', (name) => {
  const committed = fileURLToPath(new URL(`../../models/${name}/float`, import.meta.url));
  writeTfjsLayers(join(folder, name), readTfjsLayers(join(committed, 'model.json')));
  for (const file of ['model.json', 'weights.bin']) {
    expect(readFileSync(join(folder, name, file)).equals(readFileSync(join(committed, file))), file).toBe(
      true,
    );
  }
});

describe('where our layers say less than Keras wants to know', () => {
  test('maps of one pixel and vectors are the same to us', async () => {
    const pooled = model(
      'pixels',
      ['a', 'b', 'c'],
      { name: 'mean', input: 'input', kind: 'globalAveragePool' },
      {
        ...conv,
        name: 'wide',
        input: 'mean',
        filters: 4,
        kernel: values(8),
        bias: values(4),
        activation: 'relu',
      },
      { name: 'flat', input: 'mean', kind: 'flatten' },
      { name: 'joined', inputs: ['flat', 'wide'], kind: 'concat' },
      {
        ...conv,
        name: 'narrow',
        input: 'joined',
        filters: 2,
        kernel: values(12),
        bias: values(2),
        activation: 'tanh',
      },
      { name: 'sum', inputs: ['narrow', 'flat'], kind: 'add' },
      { name: 'last_mean', input: 'sum', kind: 'globalAveragePool' },
      dense('logits', 'last_mean', 2),
    );
    expect(await roundTrip(pooled)).toEqual(pooled);
  });

  test('a vector that is read by a convolution', async () => {
    const vector: FloatModel = {
      ...model('vector', ['a', 'b', 'c'], {
        ...conv,
        name: 'conv',
        input: 'input',
        filters: 3,
        kernel: values(15),
        bias: values(3),
        activation: 'linear',
      }),
      input: { shape: [1, 1, 5], scale: 1, offset: 0 },
    };
    expect(await roundTrip(vector)).toEqual(vector);
  });

  test('a dense layer that reads a map: a flatten layer is put before it, and read back', async () => {
    const implicit = model('implicit', ['a', 'b', 'c'], dense('logits', 'input', 32));
    const back = await roundTrip(implicit);
    expect(back.layers).toEqual([
      { name: 'logits_flat', input: 'input', kind: 'flatten' },
      { ...implicit.layers[0], input: 'logits_flat' },
    ]);
  });

  test('names of what is put in are those of no other layer', async () => {
    const padded = model(
      'names',
      ['a', 'b', 'c'],
      {
        ...conv,
        name: 'conv_pad',
        input: 'input',
        filters: 2,
        kernel: values(4),
        bias: values(2),
        activation: 'relu',
      },
      {
        ...conv,
        name: 'conv',
        input: 'conv_pad',
        filters: 1,
        kernelSize: [3, 3],
        strides: [2, 2],
        padding: { ...zeros, top: 0, left: 0 },
        kernel: values(18),
        bias: values(1),
        activation: 'relu6',
      },
      { name: 'pool', input: 'conv', kind: 'maxPool', poolSize: [2, 2], strides: [1, 1], padding: zeros },
      { name: 'flat', input: 'pool', kind: 'flatten' },
      dense('logits', 'flat', 9),
    );
    expect(await roundTrip(padded)).toEqual(padded);
    expect(readFileSync(join(folder, 'names', 'model.json'), 'utf8')).toContain('"conv_pad-2"');
  });
});

describe('activations', () => {
  test.each(TFJS_ACTIVATIONS)('%s, of its own and at the end of each kind of layer', async (activation) => {
    const weights = { kernel: values(8), bias: values(2), activation };
    const each = model(
      `activation-${activation.toLowerCase()}`,
      ['a', 'b', 'c'],
      { ...conv, ...weights, kernel: values(4), name: 'conv', input: 'input', filters: 2 },
      { ...conv, ...weights, name: 'depth', input: 'conv', kind: 'depthwiseConv2d', kernelSize: [2, 2] },
      { name: 'sum', inputs: ['depth', 'depth'], kind: 'add' },
      { name: 'act', input: 'sum', kind: 'activation', activation },
      { name: 'flat', input: 'act', kind: 'flatten' },
      { ...weights, name: 'dense', input: 'flat', kind: 'dense', units: 2, kernel: values(36) },
      dense('logits', 'dense', 2),
    );
    expect(await roundTrip(each)).toEqual(each);
  });

  test('hardTanh, which TensorFlow.js does not have, names the layer; nothing is written', () => {
    const hard = model(
      'hard',
      ['a', 'b', 'c'],
      {
        ...conv,
        name: 'conv',
        input: 'input',
        filters: 1,
        kernel: values(2),
        bias: values(1),
        activation: 'hardTanh',
      },
      { name: 'flat', input: 'conv', kind: 'flatten' },
      dense('logits', 'flat', 16),
    );
    const write = (): void => writeTfjsLayers(join(folder, 'hard'), hard);
    expect(write).toThrow(InputError);
    expect(write).toThrow(
      expect.objectContaining({
        message: 'TensorFlow.js has no activation hardTanh',
        where: 'layer "conv" of model "hard"',
      }) as Error,
    );
    expect(existsSync(join(folder, 'hard'))).toBe(false);
  });

  test('padding in numbers of a max pool on values that can be negative names the layer', () => {
    const pool = {
      name: 'pool',
      input: 'input',
      kind: 'maxPool',
      poolSize: [2, 2],
      strides: [1, 1],
    } as const;
    const padded = (padding: typeof zeros): FloatModel =>
      model(
        'negative',
        ['a', 'b'],
        { ...pool, padding },
        { name: 'mean', input: 'pool', kind: 'globalAveragePool' },
      );
    expect(() => writeTfjsLayers(join(folder, 'negative'), padded(zeros))).toThrow(
      expect.objectContaining({ where: 'layer "pool" of model "negative"' }) as Error,
    );
    expect(() =>
      writeTfjsLayers(join(folder, 'none'), padded({ top: 0, right: 0, bottom: 0, left: 0 })),
    ).not.toThrow();
  });
});
