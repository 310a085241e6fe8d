import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { take, type DataSet } from '../../toolkit/data/index.js';
import { InputError, InterruptedError } from '../../toolkit/errors.js';
import {
  hashAsTfjsLayers,
  hashTfjsFiles,
  writeTfjsLayers,
  type FloatLayer,
  type FloatModel,
} from '../../toolkit/model/index.js';
import { trainModel, type TrainOptions } from '../../toolkit/quantize/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { settle } from '../../toolkit/quantize/train-options.js';
import { rows } from '../support/rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder('memory');
const data = { train: rows('rows:train', 640, 1), test: rows('rows:test', 100, 2) };
const levels = { activationLevels: 8, weightLevels: 5 };
const common = { data, seed: 3, epochs: 1, ...levels } as const;

/** A network for the rows with one hidden layer; its first weight is `first`. */
function twoLayers(activation: 'hardTanh' | 'relu', first = 0): FloatModel {
  const random = randomSource(4);
  const kernel = uniformValues(54 * 8, 0.3, random);
  kernel[0] = first;
  const layers: FloatLayer[] = [
    {
      name: 'hidden',
      input: 'input',
      kind: 'dense',
      units: 8,
      kernel,
      bias: new Float32Array(8),
      activation,
    },
    {
      name: 'logits',
      input: 'hidden',
      kind: 'dense',
      units: 3,
      kernel: uniformValues(8 * 3, 0.3, random),
      bias: new Float32Array(3),
      activation: 'linear',
    },
  ];
  const input = { shape: [9, 6, 1], scale: 1 / 255, offset: 0 } as const;
  return { name: 'two-layers', input, layers, labels: ['top', 'middle', 'bottom'] };
}

describe('training without a folder', () => {
  test('gives what training with one gives, but for the hash of the files that it does not write', async () => {
    const options = { ...common, origin: { architecture: 'mlp' }, name: 'rows' } as const;
    const written = await trainModel({ ...options, out: join(folder, 'written') });
    const kept = await trainModel(options);
    const { provenance } = written.model;
    expect(provenance.sourceHash).toMatch(/^[0-9a-f]{64}$/);
    expect(kept).toEqual({
      ...written,
      model: { ...written.model, provenance: { ...provenance, sourceHash: null } },
    });
  });

  test('takes its name from the model, and the hash that the model came with', async () => {
    const sourceHash = 'ab'.repeat(32);
    const { model } = await trainModel({ ...common, origin: { model: twoLayers('relu'), sourceHash } });
    expect(model.name).toBe('two-layers');
    expect(model.provenance.sourceHash).toBe(sourceHash);
    const nameless = { ...twoLayers('relu'), name: 'Two Layers' };
    await expect(trainModel({ ...common, origin: { model: nameless } })).rejects.toMatchObject({
      message: '"Two Layers" cannot be the name of a model',
      next: expect.stringContaining('Give a name') as string,
    });
  });

  test('interrupted it says that nothing is kept', async () => {
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('float: epoch 1')) stop.abort();
    };
    const origin = { architecture: 'mlp' } as const;
    const stopped: unknown = await trainModel({ ...common, origin, progress, signal: stop.signal }).catch(
      (thrown: unknown) => thrown,
    );
    expect(stopped).toBeInstanceOf(InterruptedError);
    expect((stopped as Error).message).toContain('keeps no checkpoints');
  });
});

describe('what TensorFlow.js has no layer for', () => {
  test('cannot be written, which is said before any work', async () => {
    const out = join(folder, 'hard');
    const lines: string[] = [];
    const training = trainModel({
      ...common,
      origin: { model: twoLayers('hardTanh'), sourceHash: '0'.repeat(64) },
      name: 'hard',
      out,
      progress: (line) => lines.push(line),
    });
    await expect(training).rejects.toThrow(InputError);
    await expect(training).rejects.toMatchObject({
      message: 'TensorFlow.js has no activation hardTanh',
      where: 'layer "hidden" of model "hard"',
    });
    expect(lines).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

  test('is trained in memory', async () => {
    const { model } = await trainModel({ ...common, origin: { model: twoLayers('hardTanh') } });
    expect(model.stages[0]).toMatchObject({ name: 'hidden', activation: 'hardTanh' });
    expect(model.provenance.sourceHash).toBeNull();
  });
});

describe('a model without files, trained into a folder', () => {
  test('has the hash of the files that it would be written to', () => {
    const out = join(folder, 'hash');
    writeTfjsLayers(out, twoLayers('relu'));
    expect(hashAsTfjsLayers(twoLayers('relu'))).toBe(hashTfjsFiles(join(out, 'model.json')));
  });

  test('goes on from a checkpoint of the same weights and of no others', async () => {
    const out = join(folder, 'go-on');
    const into = (model: FloatModel, more: Partial<TrainOptions> = {}) =>
      trainModel({ ...common, epochs: 2, origin: { model }, out, ...more });
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('quantized: epoch 1')) stop.abort();
    };
    await expect(into(twoLayers('relu'), { progress, signal: stop.signal })).rejects.toThrow(
      '(quantized, epoch 1 of 2)',
    );
    await expect(into(twoLayers('relu', 0.25))).rejects.toThrow(
      /of other settings: from "\w+" instead of "\w+"$/,
    );
    const lines: string[] = [];
    await into(twoLayers('relu'), { progress: (line) => lines.push(line) });
    expect(lines.join('\n')).toContain('going on after epoch 1 of 2');
  });
});

describe('pictures for a model', () => {
  const origin = { model: twoLayers('relu') };
  const changed = (change: Partial<DataSet>) => ({ ...data, train: { ...data.train, ...change } });

  test.each<[string, Partial<TrainOptions>, string]>([
    [
      'of another size',
      {
        data: {
          train: { ...data.train, shape: [9, 3, 1] },
          test: { ...data.test, shape: [9, 3, 1] },
        },
      },
      'pictures of 9 x 3 x 1 for a model that reads 9 x 6 x 1',
    ],
    ['none', { data: { ...data, test: take(data.test, 0) } }, 'no pictures'],
    [
      'of a class that it does not know',
      { data: changed({ labels: data.train.labels.map(() => 3), classes: ['a', 'b', 'c', 'd'] }) },
      'label 3 for a model of 3 outputs',
    ],
    ['moved by half a pixel', { shift: 0.5 }, 'shift: 0.5 is not a whole number from 0 on'],
    ['bent by more than an eighth', { warp: 1 }, 'pictures of 9 x 6 cannot be bent by 1 pixels'],
    ['bent by less than nothing', { warp: -0.5 }, 'pictures of 9 x 6 cannot be bent by -0.5 pixels'],
  ])('%s', async (_, more, message) => {
    const training = trainModel({ ...common, origin, ...more });
    await expect(training).rejects.toThrow(InputError);
    await expect(training).rejects.toThrow(message);
  });

  test('need not show all of its classes', async () => {
    const two = (set: DataSet): DataSet => ({
      ...set,
      labels: set.labels.map((label) => label % 2),
      classes: ['0', '1'],
    });
    const { model } = await trainModel({
      ...common,
      origin,
      data: { train: two(data.train), test: two(data.test) },
    });
    expect(model.labels).toEqual(['top', 'middle', 'bottom']);
  });

  test('are moved by a pixel, unless they are too small or it is forbidden', () => {
    const shiftOf = (shape: DataSet['shape'], shift?: number): number => {
      const sets = { train: { ...data.train, shape }, test: { ...data.test, shape } };
      return settle({ ...common, origin, data: sets, shift }).shift;
    };
    expect([shiftOf([9, 6, 1]), shiftOf([4, 4, 3]), shiftOf([9, 6, 1], 0), shiftOf([9, 6, 1], 2)]).toEqual([
      1, 1, 0, 2,
    ]);
    expect([shiftOf([3, 18, 1]), shiftOf([1, 1, 54])]).toEqual([0, 0]);
  });
});
