import { join } from 'node:path';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  evaluateFloat,
  fromLayersModel,
  fuse,
  readTfjsLayers,
  writeTfjsLayers,
  type FloatModel,
  type SavableModel,
} from '../../toolkit/model/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { everyLayer, randomInput } from './random-model.js';
import { expectClose, fileHandler, predict, randomWeights, save, softmax, tf } from './tensorflow.js';

const folder = temporaryFolder('networks');
const keras = layers.layers;
type Symbolic = layers.SymbolicTensor;
interface Applicable {
  apply(input: Symbolic): unknown;
}

const picture = (...shape: number[]): Symbolic => layers.input({ shape });
const through = (input: Symbolic, ...stack: readonly Applicable[]): Symbolic =>
  stack.reduce((tensor: Symbolic, layer) => layer.apply(tensor) as Symbolic, input);
const model = (inputs: Symbolic, outputs: Symbolic): layers.LayersModel =>
  randomWeights(layers.model({ inputs, outputs }));

/**
 * Reads a model from memory and from files, which must give the same, and compares its logits, and those of the model
 * that we write, with what TensorFlow.js gives.
 */
async function same(
  made: layers.LayersModel,
  finish = (logits: Float32Array) => logits,
): Promise<FloatModel> {
  const ours = await fromLayersModel(made);
  expect(readTfjsLayers(await save(made, join(folder, `${made.name}-theirs`)))).toEqual(ours);
  writeTfjsLayers(join(folder, made.name), ours);
  expect(readTfjsLayers(join(folder, made.name, 'model.json'))).toEqual(ours);
  const written = await layers.loadLayersModel(fileHandler(join(folder, made.name)));
  for (let seed = 1; seed <= 3; seed++) {
    const input = randomInput(ours, seed);
    const logits = evaluateFloat(ours, input);
    expectClose(finish(logits), predict(made, input));
    expectClose(logits, predict(written, input));
  }
  return ours;
}

describe('networks of TensorFlow.js', () => {
  test('MobileNet: zeros around, stride 2, depthwise, batch norm, ReLU 6, a 1 x 1 convolution on a pooled vector', async () => {
    const input = picture(12, 12, 3);
    const block = (from: Symbolic, filters: number, strides: number): Symbolic =>
      through(
        from,
        ...(strides === 2
          ? [
              keras.zeroPadding2d({
                padding: [
                  [0, 1],
                  [0, 1],
                ],
              }),
            ]
          : []),
        keras.depthwiseConv2d({
          kernelSize: 3,
          strides,
          padding: strides === 2 ? 'valid' : 'same',
          useBias: false,
          depthMultiplier: 1,
        }),
        keras.batchNormalization({}),
        keras.reLU({ maxValue: 6 }),
        keras.conv2d({ filters, kernelSize: 1, padding: 'same', useBias: false }),
        keras.batchNormalization({}),
        keras.reLU({ maxValue: 6 }),
      );
    const stem = through(
      input,
      keras.zeroPadding2d({ padding: 1 }),
      keras.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'valid', useBias: false }),
      keras.batchNormalization({}),
      keras.reLU({ maxValue: 6 }),
    );
    const top = through(
      block(block(stem, 6, 1), 8, 2),
      keras.globalAveragePooling2d({}),
      keras.reshape({ targetShape: [1, 1, 8] }),
      keras.dropout({ rate: 0.1 }),
      keras.conv2d({ filters: 5, kernelSize: 1, padding: 'same' }),
      keras.reshape({ targetShape: [5] }),
      keras.activation({ activation: 'softmax' }),
    );
    const ours = await same(model(input, top), softmax);
    expect(ours.layers.flatMap((layer) => ('padding' in layer ? [layer.padding] : []))).toEqual([
      { top: 1, right: 1, bottom: 1, left: 1 },
      'same',
      'same',
      { top: 0, right: 1, bottom: 1, left: 0 },
      'same',
      'same',
    ]);
  });

  test('ResNet: zeros around a max pool after ReLU, residuals, a projection', async () => {
    const input = picture(9, 9, 2);
    const convolution = (filters: number, strides = 1, kernelSize = 3): readonly Applicable[] => [
      keras.conv2d({ filters, kernelSize, strides, padding: 'same' }),
      keras.batchNormalization({}),
    ];
    const stem = through(
      input,
      ...convolution(4),
      keras.reLU(),
      keras.zeroPadding2d({ padding: [1, 1] }),
      keras.maxPooling2d({ poolSize: 3, strides: 2 }),
    );
    const residual = (from: Symbolic, branch: Symbolic): Symbolic =>
      through(keras.add({}).apply([from, branch]) as Symbolic, keras.activation({ activation: 'relu' }));
    const first = residual(stem, through(stem, ...convolution(4), keras.reLU(), ...convolution(4)));
    const second = residual(
      through(first, ...convolution(6, 2, 1)),
      through(first, ...convolution(6, 2), keras.reLU(), ...convolution(6)),
    );
    const top = through(second, keras.globalAveragePooling2d({}), keras.dense({ units: 3 }));
    await same(model(input, top));
  });

  test('branches of different convolutions side by side, and vectors too', async () => {
    const input = picture(6, 6, 2);
    const maps = keras
      .concatenate({ axis: 3 })
      .apply([
        through(input, keras.conv2d({ filters: 2, kernelSize: 1, activation: 'relu' })),
        through(input, keras.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' })),
        through(input, keras.averagePooling2d({ poolSize: 1 }), keras.conv2d({ filters: 1, kernelSize: 1 })),
      ]) as Symbolic;
    const vectors = keras
      .concatenate({})
      .apply([
        through(maps, keras.globalAveragePooling2d({})),
        through(maps, keras.maxPooling2d({ poolSize: 6 }), keras.flatten(), keras.dense({ units: 2 })),
      ]) as Symbolic;
    await same(model(input, through(vectors, keras.dense({ units: 4 }))));
  });

  test('separable convolutions become two layers, of a name that is not taken', async () => {
    const input = picture(7, 7, 2);
    const top = through(
      input,
      keras.separableConv2d({
        name: 'a',
        filters: 3,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        depthMultiplier: 1,
        activation: 'relu',
      }),
      keras.zeroPadding2d({ padding: 1 }),
      keras.separableConv2d({
        name: 'b',
        filters: 2,
        kernelSize: [2, 3],
        useBias: false,
        depthMultiplier: 1,
      }),
      keras.activation({ name: 'a_depthwise', activation: 'sigmoid' }),
      keras.flatten(),
      keras.dense({ units: 2 }),
    );
    const ours = await same(model(input, top));
    expect(ours.layers.slice(0, 4).map(({ name, kind }) => [name, kind])).toEqual([
      ['a_depthwise-2', 'depthwiseConv2d'],
      ['a', 'conv2d'],
      ['b_depthwise', 'depthwiseConv2d'],
      ['b', 'conv2d'],
    ]);
  });

  test('every activation, at the end of a layer and of its own', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'tanh', 'sigmoid', 'hardSigmoid'] as const) {
      const input = picture(3, 3, 1);
      const top = through(
        input,
        keras.conv2d({ filters: 2, kernelSize: 2, activation }),
        keras.flatten(),
        keras.dense({ units: 4 }),
        keras.activation({ activation }),
        keras.dense({ units: 2 }),
      );
      const ours = await same(model(input, top));
      const found = ours.layers.flatMap((layer) => ('activation' in layer ? [layer.activation] : []));
      expect(found).toEqual([activation, 'linear', activation, 'linear']);
    }
  });
});

describe('a model in memory', () => {
  test('that was trained here; options; the model is not changed', async () => {
    const made = layers.sequential({ name: 'Trained' });
    made.add(keras.dense({ inputShape: [4], units: 6, activation: 'tanh' }));
    made.add(keras.dense({ units: 2, activation: 'softmax' }));
    made.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await made.fit(tf.eye(4), tf.oneHot(tf.tensor1d([0, 1, 1, 0], 'int32'), 2), { epochs: 3 });
    const ours = await fromLayersModel(made, { name: 'mine', labels: ['no', 'yes'], scale: 2, offset: -1 });
    expect(ours).toMatchObject({ name: 'mine', labels: ['no', 'yes'], input: { scale: 2, offset: -1 } });
    const input = Float32Array.of(0.5, -1, 0.25, 1);
    expectClose(softmax(evaluateFloat(ours, input)), predict(made, input));
    await made.fit(tf.eye(4), tf.oneHot(tf.tensor1d([0, 1, 1, 0], 'int32'), 2), { epochs: 1 });
  });

  test('that we wrote keeps the labels and the pixels it was trained on', async () => {
    writeTfjsLayers(join(folder, 'own'), everyLayer);
    const { load } = fileHandler(join(folder, 'own'));
    const own = { scale: 1 / 127.5, offset: -1, labels: ['a', 'b', 'c'] };
    const loaded = await layers.loadLayersModel({
      load: async () => ({ ...(await load?.()), userDefinedMetadata: { tablize: own } }),
    });
    expect(await fromLayersModel(loaded)).toEqual(everyLayer);
  });

  test('weights in several buffers', async () => {
    const made = randomWeights(layers.sequential({ layers: [keras.dense({ inputShape: [3], units: 2 })] }));
    const whole = await fromLayersModel(made);
    const split = await fromLayersModel({
      save: (handler) =>
        made.save({
          save: async (artifacts) => {
            const data = artifacts.weightData as ArrayBuffer;
            const weightData = [data.slice(0, 10), data.slice(10)];
            return handler.save({ ...artifacts, weightData });
          },
        }),
    });
    expect(split).toEqual(whole);
    expect(fuse(split).stages).toHaveLength(1);
  });

  test('nothing of the kind', async () => {
    const silent: SavableModel = { save: () => Promise.resolve() };
    await expect(fromLayersModel(silent)).rejects.toThrow(InputError);
    const graph: SavableModel = { save: (handler) => handler.save({ modelTopology: new ArrayBuffer(8) }) };
    await expect(fromLayersModel(graph, { name: 'x' })).rejects.toMatchObject({
      message: expect.stringContaining('not a Layers model of TensorFlow.js (modelTopology') as string,
      where: 'the model in memory "x"',
    });
  });
});
