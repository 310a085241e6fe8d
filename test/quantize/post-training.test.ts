import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadDataSet, picture, take, type DataSet } from '../../toolkit/data/index.js';
import { InputError, InterruptedError } from '../../toolkit/errors.js';
import { readTfjsLayers, type FloatModel } from '../../toolkit/model/index.js';
import { safeNames } from '../../toolkit/model/safe-name.js';
import { checkNetwork, createInterpreter, nameSchema } from '../../toolkit/network/index.js';
import { leastErrorLevels } from '../../toolkit/quantize/least-error-levels.js';
import { parseQuantized, quantizeModel, serializeQuantized } from '../../toolkit/quantize/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { everyLayer } from '../model/random-model.js';

const floatModel = (name: string): FloatModel =>
  readTfjsLayers(fileURLToPath(new URL(`../../models/${name}/float/model.json`, import.meta.url)));
const levels = { activationLevels: 8, weightLevels: 5 };

function randomPictures(count: number): DataSet {
  const random = randomSource(count);
  return {
    name: 'random',
    shape: [9, 8, 2],
    images: Uint8Array.from({ length: count * 144 }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(count),
    classes: ['a', 'b', 'c'],
  };
}

describe('quantization after training', () => {
  test('mnist-mlp with 40 entries, without training: above 95 % of 1,000 pictures', async () => {
    const model = await quantizeModel(floatModel('mnist-mlp'), take(loadDataSet('mnist:train'), 256), levels);
    const interpreter = createInterpreter(tablize(model));
    const data = take(loadDataSet('mnist:test'), 1000);
    const right = data.labels.filter((label, i) => interpreter.infer(picture(data, i)).label === label);
    expect(right.length).toBeGreaterThan(950);
  });

  test('every kind of layer: signed input, batch norm, all pools; names made safe; JSON there and back', async () => {
    const lines: string[] = [];
    const data = randomPictures(40);
    const model = await quantizeModel(everyLayer, data, {
      activationLevels: 64,
      weightLevels: 33,
      test: data,
      progress: (line) => lines.push(line),
    });
    expect(parseQuantized(serializeQuantized(model), 'here')).toEqual(model);
    expect(model.stages.map(({ name }) => name)).toEqual([
      'conv-a',
      'pool',
      'depth',
      'sum',
      'side',
      'joined',
      'padded',
      'conv-b',
      'mean',
      'conv-c',
      'global',
      'logits',
    ]);
    expect(model.provenance.testPictures).toBe(40);
    expect(lines[0]).toBe('calibrating on 40 pictures of random');
    checkNetwork(tablize(model), 'tablized');
  });

  test('pictures of another size, no pictures, an abort', async () => {
    const mnist = take(loadDataSet('mnist:test'), 5);
    await expect(quantizeModel(everyLayer, mnist, levels)).rejects.toThrow(InputError);
    await expect(quantizeModel(everyLayer, mnist, levels)).rejects.toThrow(
      'pictures of 28 x 28 x 1 for a model that reads 9 x 8 x 2',
    );
    await expect(quantizeModel(everyLayer, randomPictures(0), levels)).rejects.toThrow('no pictures');
    const signal = AbortSignal.abort();
    await expect(quantizeModel(everyLayer, randomPictures(2), { ...levels, signal })).rejects.toThrow(
      InterruptedError,
    );
  });
});

test('levels of least error cut off one far value for the sake of many', () => {
  const many = Array.from({ length: 1000 }, (_, i) => i / 1000);
  expect(leastErrorLevels(many, 8).step).toBeCloseTo(1 / 7, 1);
  const far = leastErrorLevels([...many, 20], 8);
  expect(far.step * 7).toBeLessThan(10);
});

test('safe names are valid, different and not taken', () => {
  const names = safeNames(
    ['Conv_1', 'conv-1', 'input', '123', '', '../../x', 'ü'.repeat(99), 'a'.repeat(99)],
    ['input'],
  );
  expect([...names.values()].slice(0, 6)).toEqual(['conv-1', 'conv-1-2', 'input-2', 'stage', 'stage-2', 'x']);
  for (const name of names.values()) expect(nameSchema.safeParse(name).success).toBe(true);
});
