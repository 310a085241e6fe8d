import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as layers from '@tensorflow/tfjs-layers';
import h5wasm, { type Dataset, type Group } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../toolkit/errors.js';
import {
  evaluateFloat,
  fromLayersModel,
  readTfjsLayers,
  writeTfjsLayers,
  type FloatModel,
} from '../../../toolkit/model/index.js';
import { networkHash } from '../../../toolkit/network/index.js';
import { quantizeModel } from '../../../toolkit/quantize/index.js';
import { randomSource, uniformValues } from '../../../toolkit/quantize/random.js';
import { readKerasFile } from '../../../toolkit/readers/index.js';
import { tablize } from '../../../toolkit/tablize/index.js';
import { everyLayer, randomModel } from '../../model/random-model.js';
import { expectClose, predict, softmax, tf } from '../../model/tensorflow.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { archiveBytes, asArchive, asH5, h5Bytes, hdf5, kerasOf, type Variables } from './keras-bytes.js';

const fixture = fileURLToPath(new URL('../../fixtures/models/mlperf-tiny-resnet8.h5', import.meta.url));

/** The model of the fixture in TensorFlow.js, its weights put in by their names. */
async function inTensorFlow(): Promise<layers.LayersModel> {
  const { FS } = await h5wasm.ready;
  FS.writeFile('theirs.h5', readFileSync(fixture));
  const file = new h5wasm.File('theirs.h5', 'r');
  const config = JSON.parse(file.attrs['model_config']?.value as string, (key, value: unknown) =>
    /_(regularizer|constraint)$/.test(key) ? null : value,
  ) as object;
  const model = await layers.models.modelFromJSON(
    config as Parameters<typeof layers.models.modelFromJSON>[0],
  );
  const weights = file.get('model_weights') as Group;
  for (const layer of model.layers) {
    const own = weights.get(layer.name) as Group;
    const names = (own.attrs['weight_names']?.value ?? []) as readonly string[];
    layer.setWeights(
      names.map((name) => {
        const { value, shape } = own.get(name) as Dataset;
        return tf.tensor(value as Float32Array, shape ?? []);
      }),
    );
  }
  file.close();
  return model;
}

describe('ResNet8 of MLPerf Tiny, an .h5 of Keras 2', () => {
  test('has 78,666 parameters, and gives what TensorFlow.js gives', async () => {
    const model = await readKerasFile(readFileSync(fixture), fixture, { scale: 1 });
    expect(model).toMatchObject({ name: 'model', input: { shape: [32, 32, 3], scale: 1, offset: 0 } });
    const parameters = model.layers.flatMap((layer) =>
      Object.values(layer).filter((value) => value instanceof Float32Array),
    );
    expect(parameters.reduce((sum, { length }) => sum + length, 0)).toBe(78_666);
    const theirs = await inTensorFlow();
    for (let seed = 1; seed <= 3; seed++) {
      const picture = uniformValues(32 * 32 * 3, 128, randomSource(seed)).map((value) =>
        Math.round(value + 128),
      );
      expectClose(softmax(evaluateFloat(model, picture)), predict(theirs, picture));
    }
  });
});

/** The same network as a TensorFlow.js model, as .h5 and as .keras. */
async function threeTimes(model: FloatModel): Promise<readonly FloatModel[]> {
  const { labels, input } = model;
  const options = { labels, scale: input.scale, offset: input.offset };
  const out = join(temporaryFolder('keras'), model.name);
  mkdirSync(out);
  writeTfjsLayers(out, model);
  return [
    readTfjsLayers(join(out, 'model.json')),
    await readKerasFile(asH5(model), `${model.name}.h5`, options),
    await readKerasFile(asArchive(model, '2.15.0'), `${model.name}.keras`, options),
  ];
}

describe('one network in three formats', () => {
  test('is one FloatModel: every kind of layer', async () => {
    for (const read of await threeTimes(everyLayer)) expect(read).toEqual(everyLayer);
  });

  test('is one FloatModel: random networks', async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const [tfjs, h5, keras] = await threeTimes(randomModel(seed));
      expect(h5).toEqual(tfjs);
      expect(keras).toEqual(tfjs);
    }
  });

  test('gives the same tables', async () => {
    const model = randomModel(3);
    const [height, width, channels] = model.input.shape;
    const size = height * width * channels;
    const pictures = {
      name: 'random',
      shape: model.input.shape,
      classes: ['a', 'b', 'c'],
      images: Uint8Array.from(uniformValues(40 * size, 128, randomSource(1)), (value) => value + 128),
      labels: Uint8Array.from({ length: 40 }, (_, i) => i % 3),
    };
    const hashes = [];
    for (const read of await threeTimes(model)) {
      const quantized = await quantizeModel(read, pictures, {
        activationLevels: 8,
        weightLevels: 5,
        name: 'one',
      });
      hashes.push(networkHash(tablize(quantized)));
    }
    expect(new Set(hashes).size).toBe(1);
  });
});

type Layer = readonly [className: string, config: Readonly<Record<string, unknown>>];

/** A Sequential model, whole or within another. */
const sequential = (name: string, list: readonly Layer[]): { class_name: string; config: object } => ({
  class_name: 'Sequential',
  config: { name, layers: list.map(([className, config]) => ({ class_name: className, config })) },
});
const variable = (name: string, ...shape: number[]): Variables[number][1][number] => {
  const size = shape.reduce((product, n) => product * n, 1);
  return { name, shape, values: uniformValues(size, 1, randomSource(size + name.length)) };
};
const dense = (name: string, units: number): Layer => ['Dense', { name, units }];
const input = (...shape: number[]): Layer => ['InputLayer', { name: 'in', batch_shape: [null, ...shape] }];

describe('files that Keras 3.15 wrote', () => {
  const of = (name: string): string =>
    fileURLToPath(new URL(`../../fixtures/models/keras3-${name}`, import.meta.url));

  test.each(['maps.keras', 'maps.h5', 'steps.keras', 'steps.h5'])(
    '%s gives what Keras gave',
    async (name) => {
      const model = await readKerasFile(
        readFileSync(of(name)),
        name,
        name.startsWith('steps') ? { scale: 1 } : {},
      );
      const { inputs, outputs } = JSON.parse(
        readFileSync(of(name.replace(/\..*/, '.json')), 'utf8'),
      ) as Given;
      for (const [i, values] of inputs.entries()) {
        const { scale, offset } = model.input;
        const logits = evaluateFloat(
          model,
          Float32Array.from(values, (value) => value * scale + offset),
        );
        expectClose(name.startsWith('maps') ? softmax(logits) : logits, outputs[i] ?? []);
      }
    },
  );
});

interface Given {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

describe('models within models', () => {
  const inner = sequential('inner', [input(4), dense('a', 3), dense('b', 2)]);
  const whole = sequential('outer', [
    input(4),
    dense('a', 4),
    ['Sequential', { ...inner.config }],
    ['Sequential', { ...sequential('empty', [['Dropout', { name: 'drop' }]]).config }],
    ['Sequential', { ...sequential('again', [dense('a', 2)]).config }],
  ]);
  const [first, innerA, innerB, again] = [
    [variable('kernel', 4, 4), variable('bias', 4)],
    [variable('kernel', 4, 3), variable('bias', 3)],
    [variable('kernel', 3, 2), variable('bias', 2)],
    [variable('kernel', 2, 2), variable('bias', 2)],
  ];
  const expected = [first, innerA, innerB, again].map(([kernel]) => kernel?.values);
  const named = (scope: string, list: Variables[number][1] = []): Variables[number][1] =>
    list.map((one) => ({ ...one, name: `${scope}/${one.name}` }));

  test('in .h5', async () => {
    const bytes = h5Bytes(whole, [
      ['a', named('a', first)],
      ['inner', [...named('a', innerA), ...named('inner/b', innerB)]],
      ['again', named('again/a', again)],
    ]);
    const { layers: made } = await readKerasFile(bytes, 'nested.h5');
    expect(made.map((layer) => 'kernel' in layer && layer.kernel)).toEqual(expected);
    expect(made.map(({ name }) => name)).toEqual(['a', 'inner_a', 'inner_b', 'again_a']);
  });

  test.each(['layers', '_layer_checkpoint_dependencies'])('in .keras, in groups called %s', async (group) => {
    // Keras 2 leaves gaps in the numbers.
    const second = group === 'layers' ? 'dense_1' : 'dense_2';
    const bytes = archiveBytes(whole, [
      [`${group}/dense`, first],
      [`${group}/sequential/${group}/dense`, innerA],
      [`${group}/sequential/${group}/${second}`, innerB],
      [`${group}/sequential_2/${group}/dense`, again],
    ]);
    const { layers: made } = await readKerasFile(bytes, 'nested.keras');
    expect(made.map((layer) => 'kernel' in layer && layer.kernel)).toEqual(expected);
  });
});

describe('layers over steps', () => {
  test('are those over maps of height 1, and give what TensorFlow.js gives', async () => {
    const model = layers.sequential({ name: 'steps' });
    model.add(layers.layers.conv1d({ inputShape: [12, 2], filters: 4, kernelSize: 3, activation: 'relu' }));
    model.add(layers.layers.maxPooling1d({ poolSize: 2, strides: 1 }));
    model.add(
      layers.layers.conv1d({ filters: 3, kernelSize: 2, strides: 2, padding: 'same', name: 'second' }),
    );
    model.add(layers.layers.averagePooling1d({ poolSize: 2, strides: 2 }));
    model.add(layers.layers.dense({ units: 4, activation: 'tanh' }));
    model.add(layers.layers.globalAveragePooling1d());
    model.add(layers.layers.dense({ units: 3 }));
    const ours = await fromLayersModel(model);
    expect(ours.input.shape).toEqual([1, 12, 2]);
    for (let seed = 1; seed <= 3; seed++) {
      const values = uniformValues(24, 1, randomSource(seed));
      expectClose(evaluateFloat(ours, values), predict(model, values));
    }
  });

  test('"causal" padding is zeros before the first step', async () => {
    const model = sequential('causal', [
      input(4, 1),
      ['Conv1D', { name: 'conv', filters: 1, kernel_size: [3], padding: 'causal', use_bias: false }],
    ]);
    const kernel = { name: 'kernel', shape: [3, 1, 1], values: Float32Array.of(1, 10, 100) };
    const read = await readKerasFile(archiveBytes(model, [['layers/conv1d', [kernel]]]), 'causal.keras');
    expect([...evaluateFloat(read, Float32Array.of(1, 2, 3, 4))]).toEqual([100, 210, 321, 432]);
  });
});

describe('layers at the very start', () => {
  const flat: readonly Layer[] = [['Flatten', { name: 'flat' }], dense('out', 1)];
  const out = [variable('kernel', 4, 1), variable('bias', 1)];
  const read = (list: readonly Layer[], shape = [2, 2, 1], variables: Variables = []): Promise<FloatModel> =>
    readKerasFile(
      archiveBytes(sequential('start', [input(...shape), ...list, ...flat]), [
        ['layers/dense', out],
        ...variables,
      ]),
      'start.keras',
    );

  test('Rescaling is scale and offset, of bytes as they are', async () => {
    const model = await read([
      ['Rescaling', { name: 'one', scale: 0.5, offset: 1 }],
      ['Rescaling', { name: 'two', scale: 3, offset: -2 }],
    ]);
    expect(model.input).toEqual({ shape: [2, 2, 1], scale: 1.5, offset: 1 });
    expect(model.layers.map(({ kind }) => kind)).toEqual(['flatten', 'dense']);
  });

  test('so is Normalization, of settings or of weights', async () => {
    const settings = await read([['Normalization', { name: 'norm', mean: 10, variance: 4 }]]);
    expect(settings.input).toMatchObject({ scale: 0.5, offset: -5 });
    const weights = { name: '', shape: [1], values: Float32Array.of(4) };
    const kept: Variables = [
      ['layers/normalization', [{ ...weights, values: Float32Array.of(10) }, weights]],
    ];
    expect((await read([['Normalization', { name: 'norm' }]], [2, 2, 1], kept)).input).toEqual(
      settings.input,
    );
  });

  test('one that scales channels differently is refused', async () => {
    await expect(read([['Rescaling', { name: 'one', scale: [1, 2] }]], [2, 1, 2])).rejects.toMatchObject({
      message: expect.stringContaining('each channel differently') as string,
    });
  });

  test('Reshape gives the picture its shape', async () => {
    const model = await read([['Reshape', { name: 'shape', target_shape: [2, -1, 1] }]], [4]);
    expect(model.input.shape).toEqual([2, 2, 1]);
  });
});

describe('Keras files that are something else', () => {
  const { configuration, variables } = kerasOf(randomModel(1));
  const none = { class_name: 'MyModel', config: { layers: [] } };

  test.each<[string, Uint8Array, RegExp]>([
    ['weights alone', hdf5((file) => file.create_group('model_weights')), /no model_config/],
    ['no weights', h5Bytes(configuration, []), /the weight file has no kernel for this/],
    ['a bare list', h5Bytes([], []), /not that of a Keras model/],
    ['a class of its own', h5Bytes(none, []), /of class MyModel/],
    ['no configuration', archiveBytes(null, variables), /does not hold what Keras writes there/],
  ])('%s', async (_, bytes, message) => {
    const reading = readKerasFile(bytes, 'file');
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(message);
  });
});
