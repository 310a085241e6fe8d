import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  checkNetwork,
  interpret,
  networkHash,
  parseQuantized,
  quantizeTables,
  serializeQuantized,
  tablize,
  trainTables,
  type DataSet,
  type QuantizeTablesOptions,
  type TrainTablesOptions,
} from '../../toolkit/index.js';
import { InputError, InterruptedError } from '../../toolkit/errors.js';
import { picture } from '../../toolkit/data/index.js';
import { uniformValues, randomSource } from '../../toolkit/quantize/random.js';
import { expectClose, predict } from '../model/tensorflow.js';
import { rows } from '../support/rows.js';
import { rowsModel } from './rows-model.js';

const [trainSet, testSet] = [rows('rows:train', 640, 1), rows('rows:test', 200, 2)];
const plain = ({ images, labels }: DataSet) => ({ images: [...images], labels: [...labels] });
const levels = { activationLevels: 8, weightLevels: 5 };
const training: TrainTablesOptions = { train: plain(trainSet), test: plain(testSet), epochs: 2, ...levels };
const calibration: QuantizeTablesOptions = { calibrate: plain(trainSet), test: plain(testSet), ...levels };

describe('trainTables', () => {
  test('gives tables of a Layers model, their levels and how well they do; the model stays', async () => {
    const model = rowsModel();
    const input = uniformValues(54, 1, randomSource(1));
    const before = predict(model, input);
    const lines: string[] = [];
    const { network, quantized, accuracy } = await trainTables(model, {
      ...training,
      labels: ['top', 'middle', 'bottom'],
      progress: (line) => lines.push(line),
    });
    expect(accuracy.float).toBeGreaterThan(0.95);
    expect(accuracy.table).toBeGreaterThan(0.9);
    const right = testSet.labels.filter(
      (label, i) => interpret(network, picture(testSet, i)).label === label,
    );
    expect(right.length / 200).toBe(accuracy.table);
    checkNetwork(network, 'tables');
    expect(network).toMatchObject({ name: 'rows', output: { labels: ['top', 'middle', 'bottom'] } });
    expect(network.provenance).toMatchObject({ floatAccuracy: accuracy.float, testPictures: 200, seed: 1 });
    expect(network.stages.map(({ name }) => name)).toEqual(['means', 'pick']);
    expect(tablize(parseQuantized(serializeQuantized(quantized), 'text'))).toEqual(network);
    expect(lines.some((line) => line.startsWith('quantized: epoch 2 of 2'))).toBe(true);
    expect(lines.some((line) => line.startsWith('float: epoch'))).toBe(false);
    expectClose(predict(model, input), before, 1e-5);
  });

  test('is the same from the same seed, also for a data set; another one from another seed', async () => {
    const hashes = [];
    for (const options of [
      training,
      { ...training, train: trainSet, test: testSet },
      { ...training, seed: 2 },
    ]) {
      hashes.push(networkHash((await trainTables(rowsModel(), options)).network));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  test('passes on how the levels become integers', async () => {
    const integers = { accumulatorBits: 32, requantize: 'thresholds' } as const;
    const { network } = await trainTables(rowsModel(), { ...training, epochs: 1, integers });
    expect(network.stages[0]).toMatchObject({ requantize: { kind: 'thresholds' } });
  });

  test('stops while the tables are measured', async () => {
    const stop = new AbortController();
    const progress = (line: string): void => {
      if (line.startsWith('measuring')) stop.abort();
    };
    const stopped = trainTables(rowsModel(), { ...training, epochs: 1, progress, signal: stop.signal });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow('interrupted: the tables are not yet measured');
  });
});

describe('quantizeTables', () => {
  test('gives tables without training', async () => {
    const { network, quantized, accuracy } = await quantizeTables(rowsModel(), {
      ...calibration,
      activationLevels: 16,
      weightLevels: 9,
      name: 'mine',
    });
    expect(accuracy.float).toBeGreaterThan(0.95);
    expect(accuracy.table).toBeGreaterThan(0.9);
    checkNetwork(network, 'tables');
    expect([network.name, quantized.name]).toEqual(['mine', 'mine']);
    expect(tablize(quantized)).toEqual(network);
  });
});

describe('what cannot be is said before any work', () => {
  const { dense, embedding, flatten, softmax } = layers.layers;
  const bad: [string, () => layers.Sequential, Partial<TrainTablesOptions>, Partial<InputError>][] = [
    [
      'a layer of an unknown kind',
      () => rowsModel(dense({ units: 4, name: 'more' }), softmax({ name: 'soft' })),
      {},
      {
        message: expect.stringMatching(/Softmax/) as string,
        where: expect.stringContaining('"soft"') as string,
      },
    ],
    [
      'a model that reads no pictures',
      () => {
        const words = layers.sequential({ name: 'words' });
        words.add(embedding({ inputDim: 9, outputDim: 2, inputLength: 4, name: 'look' }));
        words.add(flatten());
        words.add(dense({ units: 3 }));
        return words;
      },
      {},
      {
        message: expect.stringMatching(/Embedding/) as string,
        where: expect.stringContaining('"look"') as string,
      },
    ],
    [
      'pixels between 0 and 1',
      rowsModel,
      { train: { images: plain(trainSet).images.map((byte) => byte / 255), labels: trainSet.labels } },
      { message: expect.stringMatching(/^the value 0\.\d+ of picture 0 is not a byte$/) as string },
    ],
    [
      'pictures of another size',
      rowsModel,
      { test: { images: [[1, 2, 3]], labels: [0] } },
      { message: 'picture 0 has 3 values where 9 x 6 x 1 are needed', where: 'test' },
    ],
    ['a name', rowsModel, { name: 'No Name' }, { message: '"No Name" cannot be the name of a model' }],
    ['an empty label', rowsModel, { labels: ['a', '', 'c'] }, { message: '"" cannot be a label' }],
    ['too few labels', rowsModel, { labels: ['a', 'b'] }, { message: '3 outputs but 2 labels' }],
  ];

  test.each(bad)('%s', async (_, make, options, error) => {
    const lines: string[] = [];
    const progress = (line: string): void => void lines.push(line);
    const { train: calibrate, test: measured, name, labels } = { ...training, ...options };
    for (const call of [
      () => trainTables(make(), { ...training, ...options, progress }),
      () => quantizeTables(make(), { ...levels, calibrate, test: measured, name, labels, progress }),
    ]) {
      await expect(call()).rejects.toThrow(InputError);
      await expect(call()).rejects.toMatchObject(error);
    }
    expect(lines).toEqual([]);
  });

  test('a layer in a place where it is not learned', async () => {
    const { batchNormalization, dense } = layers.layers;
    const make = () =>
      rowsModel(dense({ units: 4, activation: 'relu' }), batchNormalization({ name: 'late' }));
    await expect(trainTables(make(), training)).rejects.toMatchObject({
      message: expect.stringContaining('a batch norm that is not joined') as string,
      where: 'layer "late" of model "rows"',
    });
  });
});
