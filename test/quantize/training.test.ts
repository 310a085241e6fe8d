import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../toolkit/data/index.js';
import { InputError, InterruptedError } from '../../toolkit/errors.js';
import { hashTfjsFiles, readTfjsLayers } from '../../toolkit/model/index.js';
import { adamStep, newTrainee } from '../../toolkit/quantize/adam.js';
import { epochBatches, gather, randomShifts } from '../../toolkit/quantize/batches.js';
import { removeCheckpoint } from '../../toolkit/quantize/checkpoint.js';
import { distilled, oneHot } from '../../toolkit/quantize/targets.js';
import { parseQuantized, trainModel, type TrainOptions } from '../../toolkit/quantize/index.js';
import { rows } from '../support/rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder('train');

const data = { train: rows('rows:train', 1920, 1), test: rows('rows:test', 200, 2) };
const options = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
  data,
  origin: { architecture: 'mlp' },
  name: 'rows',
  seed: 3,
  epochs: 3,
  activationLevels: 8,
  weightLevels: 5,
  out: join(folder, out),
  ...more,
});
const quantizedText = (out: string): string => readFileSync(join(folder, out, 'quantized.json'), 'utf8');

describe('training', () => {
  test('writes a float model and a quantized one, learns, and is deterministic', async () => {
    const result = await trainModel(options('first'));
    expect(result.floatAccuracy).toBeGreaterThan(0.9);
    expect(result.quantizedAccuracy).toBeGreaterThan(0.85);
    expect(parseQuantized(quantizedText('first'), 'quantized.json')).toEqual(result.model);
    const float = join(folder, 'first', 'float', 'model.json');
    expect(readTfjsLayers(float)).toEqual(result.floatModel);
    expect(result.model.provenance.sourceHash).toBe(hashTfjsFiles(float));
    for (const stage of result.model.stages) {
      if ('weightLevels' in stage) expect(stage.weightLevels.filter((level) => level === 0)).toHaveLength(1);
    }
    await trainModel(options('second'));
    expect(quantizedText('second')).toBe(quantizedText('first'));
  });

  test.each([
    ['training rows', 'in the first epoch: there is no checkpoint yet'],
    ['float: epoch 2', '(float, epoch 2 of 3)'],
    ['float: epoch 3', '(float, epoch 3 of 3)'],
    ['quantized: epoch 1', '(quantized, epoch 1 of 3)'],
    ['quantized: epoch 3', ''],
  ])(
    'interrupted after "%s" it says where it stands, goes on and ends the same',
    async (moment, standing) => {
      const out = `interrupted-${moment.replace(/\W+/g, '-')}`;
      const stop = new AbortController();
      const lines: string[] = [];
      const interrupted = trainModel(
        options(out, {
          signal: stop.signal,
          progress: (line) => {
            if (line.startsWith(moment)) stop.abort();
          },
        }),
      );
      if (moment !== 'quantized: epoch 3') {
        const error: unknown = await interrupted.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(InterruptedError);
        expect((error as Error).message).toContain(standing);
        expect(existsSync(join(folder, out, 'checkpoint.json'))).toBe(moment !== 'training rows');
      } else {
        await interrupted;
      }
      await trainModel(options(out, { progress: (line) => lines.push(line) }));
      if (moment !== 'training rows') expect(lines.join('\n')).toMatch(/going on after epoch [123] of 3/);
      expect(quantizedText(out)).toBe(quantizedText('first'));
    },
  );

  test('of a network that comes trained there is no checkpoint before the first epoch is over', async () => {
    const { floatModel: model } = await trainModel(options('first'));
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('float:')) stop.abort();
    };
    await expect(
      trainModel(options('trained', { origin: { model }, signal: stop.signal, progress })),
    ).rejects.toThrow('in the first epoch: there is no checkpoint yet');
    expect(existsSync(join(folder, 'trained', 'checkpoint.json'))).toBe(false);
  });

  test('a checkpoint of other settings, or one that cannot be read, is refused and stays', async () => {
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('float: epoch 2')) stop.abort();
    };
    await expect(trainModel(options('others', { signal: stop.signal, progress }))).rejects.toThrow(
      InterruptedError,
    );
    const path = join(folder, 'others', 'checkpoint.json');
    const before = readFileSync(path, 'utf8');
    await expect(trainModel(options('others', { seed: 13, floatEpochs: 4 }))).rejects.toThrow(
      /\(float, 2 epochs done\) of other settings: seed 3 instead of 13, epochs {[^]*"float":3} instead of {[^]*"float":4}$/,
    );
    expect(readFileSync(path, 'utf8')).toBe(before);

    const cut = JSON.stringify({ format: 'tablize/checkpoint@1', settings: '{}' });
    writeFileSync(path, cut);
    const refusal = trainModel(options('others'));
    await expect(refusal).rejects.toThrow(InputError);
    await expect(refusal).rejects.toThrow('cannot be read');
    expect(readFileSync(path, 'utf8')).toBe(cut);
  });

  test('a loss that is not a number stops with the step; the last finished epoch is kept', async () => {
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('float: epoch 2')) stop.abort();
    };
    await expect(trainModel(options('wild', { signal: stop.signal, progress }))).rejects.toThrow(
      'interrupted',
    );
    const path = join(folder, 'wild', 'checkpoint.json');
    const checkpoint = JSON.parse(readFileSync(path, 'utf8')) as { parameters: Record<string, string> };
    const huge = Buffer.from(new Float32Array(54 * 128).fill(3e38).buffer).toString('base64');
    checkpoint.parameters['dense1/kernel'] = huge;
    const text = JSON.stringify(checkpoint);
    writeFileSync(path, text);
    const training = trainModel(options('wild'));
    await expect(training).rejects.toThrow(InputError);
    await expect(training).rejects.toThrow('diverged: its loss is not a number at step 61 of 90');
    await expect(training).rejects.toMatchObject({
      next: 'Train with --float-rate below 0.001; the last finished epoch is kept.',
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('a model that is made anew stays whole until the new one is learned', async () => {
    await trainModel(options('anew'));
    removeCheckpoint(join(folder, 'anew'));
    const stop = new AbortController();
    const again = options('anew', {
      seed: 4,
      signal: stop.signal,
      progress: (line) => {
        if (line.startsWith('quantized: epoch 2')) stop.abort();
      },
    });
    await expect(trainModel(again)).rejects.toThrow(InterruptedError);
    const { sourceHash } = parseQuantized(quantizedText('anew'), 'quantized.json').provenance;
    expect(hashTfjsFiles(join(folder, 'anew', 'float', 'model.json'))).toBe(sourceHash);
    expect(quantizedText('anew')).toBe(quantizedText('first'));
  });

  test.each([
    ['no epochs', { epochs: 0 }, 'epochs: 0 is not a whole number from 1 on'],
    ['half a seed', { seed: 0.5 }, 'seed: 0.5 is not'],
    ['a bad name', { name: 'My Model' }, '"My Model" cannot be the name of a model'],
    ['a rate of 0', { rate: 0 }, 'rate: 0 is not a number above 0'],
    ['too many levels', { weightLevels: 300 }, '300 weight levels'],
    [
      'small pictures',
      { origin: { architecture: 'cnn' as const } },
      'pictures of 9 x 6 x 1 are too small for "cnn"',
    ],
  ])('%s', async (_, more, message) => {
    await expect(trainModel(options('bad', more))).rejects.toThrow(InputError);
    await expect(trainModel(options('bad', more))).rejects.toThrow(message);
  });
});

describe('its parts, hand-computed', () => {
  test('the first step of Adam is the learning rate, against the sign of the gradient', () => {
    const start = newTrainee(new Map([['w', Float32Array.of(1, 1, 1)]]));
    const { parameters, steps } = adamStep(start, new Map([['w', Float32Array.of(5, -0.1, 0)]]), () => 0.5);
    expect(steps).toBe(1);
    expect([...(parameters.get('w') ?? [])].map((value) => Number(value.toFixed(5)))).toEqual([0.5, 1.5, 1]);
    expect([...(start.parameters.get('w') ?? [])]).toEqual([1, 1, 1]);
  });

  test('batches hold every picture once, in another order each epoch', () => {
    const [first, second] = [0, 1].map((epoch) =>
      epochBatches(12, 4, 1, epoch).flatMap((batch) => [...batch]),
    );
    expect(first).not.toEqual(second);
    for (const order of [first, second])
      expect(order?.toSorted((a, b) => a - b)).toEqual([...Array(12).keys()]);
  });

  test('shifted pictures: byte 0 comes in at the edge', () => {
    const one: DataSet = {
      name: 'one',
      shape: [2, 3, 1],
      images: Uint8Array.of(1, 2, 3, 4, 5, 6),
      labels: Uint8Array.of(0),
      classes: ['0'],
    };
    const values = Float32Array.from({ length: 256 }, (_, byte) => byte * 10 - 5);
    const shifted = (down: number, right: number) => [
      ...gather(one, Uint32Array.of(0), values, [[down, right]]).map((value) => (value + 5) / 10),
    ];
    expect(shifted(0, 0)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(shifted(1, 0)).toEqual([0, 0, 0, 1, 2, 3]);
    expect(shifted(-1, 1)).toEqual([0, 4, 5, 0, 0, 0]);
    expect(shifted(0, -2)).toEqual([3, 0, 0, 6, 0, 0]);
    expect(
      randomShifts(50, 1, 4)
        .flat()
        .every((by) => [-1, 0, 1].includes(by)),
    ).toBe(true);
  });

  test('distilled targets are half label, half teacher', () => {
    const two = { ...data.test, labels: Uint8Array.of(1), classes: ['a', 'b'] };
    expect([...oneHot(two)]).toEqual([0, 1]);
    expect([...distilled(two, Float32Array.of(5, 5))]).toEqual([0.25, 0.75]);
  });
});
