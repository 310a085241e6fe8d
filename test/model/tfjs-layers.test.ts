import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  evaluateFloat,
  fuse,
  hashTfjsFiles,
  readTfjsLayers,
  writeTfjsLayers,
  type FloatModel,
} from '../../toolkit/model/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { everyLayer, everyLayerInput } from './random-model.js';
import { expectClose, fileHandler, predict, randomWeights, save, softmax } from './tensorflow.js';

const folder = temporaryFolder('model');

describe('a model that we wrote', () => {
  test('gives the same logits in TensorFlow.js as in our evaluator, batch norm unfolded there and folded here', async () => {
    const out = join(folder, 'every');
    writeTfjsLayers(out, everyLayer);
    const loaded = await layers.loadLayersModel(fileHandler(out));
    for (let seed = 1; seed <= 5; seed++) {
      const input = everyLayerInput(seed);
      expectClose(evaluateFloat(everyLayer, input), predict(loaded, input));
    }
  });

  test('is read back exactly', () => {
    const out = join(folder, 'back');
    writeTfjsLayers(out, everyLayer);
    expect(readTfjsLayers(join(out, 'model.json'))).toEqual(everyLayer);
  });

  test('has a hash that changes with each of its files', () => {
    const out = join(folder, 'hash');
    writeTfjsLayers(out, everyLayer);
    const path = join(out, 'model.json');
    const before = hashTfjsFiles(path);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    const weights = readFileSync(join(out, 'weights.bin'));
    weights[0] = (weights[0] ?? 0) ^ 1;
    writeFileSync(join(out, 'weights.bin'), weights);
    expect(hashTfjsFiles(path)).not.toBe(before);
  });
});

/** LeNet-like, with dropout and softmax, as TensorFlow.js itself builds and saves it. */
function elsewhere(): layers.Sequential {
  const model = layers.sequential({ name: 'Made_Elsewhere' });
  model.add(layers.layers.conv2d({ inputShape: [8, 8, 1], filters: 3, kernelSize: 3, useBias: false }));
  model.add(layers.layers.batchNormalization({}));
  model.add(layers.layers.reLU());
  model.add(layers.layers.maxPooling2d({ poolSize: 2 }));
  model.add(layers.layers.dropout({ rate: 0.5 }));
  model.add(layers.layers.flatten());
  model.add(layers.layers.dense({ units: 4, activation: 'softmax' }));
  return randomWeights(model);
}

describe('a model made elsewhere', () => {
  test('Sequential with batch norm, dropout and softmax', async () => {
    const model = elsewhere();
    const ours = readTfjsLayers(await save(model, join(folder, 'sequential')));
    expect(ours.name).toBe('made-elsewhere');
    expect(ours.labels).toEqual(['0', '1', '2', '3']);
    const input = uniformValues(64, 1, randomSource(9));
    expectClose(softmax(evaluateFloat(ours, input)), predict(model, input));
  });

  test('Functional', async () => {
    const input = layers.input({ shape: [6], name: 'pixels' });
    const hidden = layers.layers
      .dense({ units: 5, activation: 'relu' })
      .apply(input) as layers.SymbolicTensor;
    const output = layers.layers.dense({ units: 2 }).apply(hidden) as layers.SymbolicTensor;
    const model = layers.model({ inputs: input, outputs: output });
    const ours = readTfjsLayers(await save(model, join(folder, 'functional')));
    expect(ours.input.shape).toEqual([1, 1, 6]);
    const values = uniformValues(6, 1, randomSource(3));
    expectClose(evaluateFloat(ours, values), predict(model, values));
  });

  test.each(['uint8', 'uint16'] as const)('weights stored as %s', async (dtype) => {
    const model = elsewhere();
    const exact = readTfjsLayers(await save(model, join(folder, `exact-${dtype}`)));
    const bytes = dtype === 'uint8' ? 1 : 2;
    const [min, scale] = [-1, 3 / (2 ** (8 * bytes) - 1)];
    const path = await save(model, join(folder, dtype), (weights, specs) => {
      const floats = new Float32Array(Uint8Array.from(weights).buffer);
      const packed = Buffer.alloc(floats.length * bytes);
      floats.forEach((value, i) => packed.writeUIntLE(Math.round((value - min) / scale), i * bytes, bytes));
      return {
        weights: packed,
        specs: specs.map((spec) => ({ ...spec, quantization: { dtype, scale, min } })),
      };
    });
    const read = readTfjsLayers(path);
    for (const [i, layer] of read.layers.entries()) {
      const original = exact.layers[i];
      if (layer.kind === 'dense' && original?.kind === 'dense') {
        expectClose(layer.kernel, original.kernel, scale / 2 + 1e-6);
      }
    }
  });

  test('Keras 3 spelling of inputs, shapes and activations', () => {
    const out = join(folder, 'keras3');
    mkdirSync(out);
    const history = [
      { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['in', 0, 0] } }], kwargs: {} },
    ];
    const json = {
      modelTopology: {
        model_config: {
          class_name: 'Functional',
          config: {
            name: 'k3',
            layers: [
              {
                class_name: 'InputLayer',
                name: 'in',
                config: { name: 'in', batch_shape: [null, 2] },
                inbound_nodes: [],
              },
              {
                class_name: 'Dense',
                name: 'out',
                config: { name: 'out', units: 1, use_bias: true, activation: { class_name: 'linear' } },
                inbound_nodes: history,
              },
            ],
            output_layers: ['out', 0, 0],
          },
        },
      },
      weightsManifest: [
        {
          paths: ['w.bin'],
          weights: [
            { name: 'k3/out/kernel:0', shape: [2, 1], dtype: 'float32' },
            { name: 'k3/out/bias:0', shape: [1], dtype: 'float32' },
          ],
        },
      ],
    };
    writeFileSync(join(out, 'model.json'), JSON.stringify(json));
    writeFileSync(join(out, 'w.bin'), new Uint8Array(Float32Array.of(2, 3, 1).buffer));
    const model = readTfjsLayers(join(out, 'model.json'));
    expect([...evaluateFloat(model, Float32Array.of(10, 100))]).toEqual([321]);
  });
});

describe('errors', () => {
  const written = (name: string, model: FloatModel = everyLayer): string => {
    const out = join(folder, `bad-${name}`);
    writeTfjsLayers(out, model);
    return join(out, 'model.json');
  };
  const edited = (name: string, from: string | RegExp, to: string): string => {
    const path = written(name);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
    return path;
  };
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['empty.json', '', 'the file is empty'],
    ['text.json', 'hello', 'no JSON'],
    ['cut.json', '{"modelTopology": {', 'damaged or cut short'],
    ['h5.json', '\u0089HDF\r\n', 'an HDF5 file'],
    ['other.json', '{"name": "x", "version": 1}', 'an object with name, version'],
    ['graph.json', '{"format": "graph-model"}', 'a TensorFlow.js graph model'],
    ['list.json', '[]', 'not a TensorFlow.js Layers model'],
  ])('%s is not a model', (name, content, message) => {
    const path = file(name, content);
    expect(() => readTfjsLayers(path)).toThrow(InputError);
    expect(() => readTfjsLayers(path)).toThrow(message);
  });

  test('a missing file', () => {
    expect(() => readTfjsLayers(join(folder, 'absent.json'))).toThrow('cannot read the file');
  });

  test('a shard that is cut short names the weight and the bytes', () => {
    const path = written('short');
    truncateSync(join(folder, 'bad-short', 'weights.bin'), 100);
    expect(() => readTfjsLayers(path)).toThrow(
      /cut short: "conv_a\/kernel" needs bytes 0 to 192, there are 100/,
    );
  });

  test('a shard that is too long', () => {
    const path = written('long');
    writeFileSync(join(folder, 'bad-long', 'weights.bin'), Buffer.alloc(100_000));
    expect(() => readTfjsLayers(path)).toThrow(/hold 100000 bytes, the manifest describes/);
  });

  test('a missing shard, and one outside the folder', () => {
    const path = written('missing');
    rmSync(join(folder, 'bad-missing', 'weights.bin'));
    expect(() => readTfjsLayers(path)).toThrow('cannot read the file');
    copyFileSync(path, join(folder, 'bad-missing', 'copy.json'));
    expect(() => readTfjsLayers(edited('outside', '"weights.bin"', '"../../etc/passwd"'))).toThrow(
      "lies outside the model's folder",
    );
  });

  test('an unknown layer is named with its class and what to do', () => {
    const path = edited('unknown', '"class_name": "GlobalAveragePooling2D"', '"class_name": "LSTM"');
    expect(() => readTfjsLayers(path)).toThrow(
      expect.objectContaining({
        message: 'a LSTM layer (or this use of one) is not supported',
        where: `layer "global" of ${path}`,
        next: expect.stringContaining('Build the model from Dense') as string,
      }) as Error,
    );
  });

  test.each([
    ['dilation', '"data_format": "channels_last"', '"data_format": "channels_first"', 'data_format'],
    ['activation', '"activation": "relu"', '"activation": "mish"', 'activation "mish"'],
    ['weights', '"conv_b/bias"', '"conv_x/bias"', 'has no bias for this Conv2D layer'],
    ['shape', '"units": 3', '"units": 4', 'kernel holds 18 values, an input of 1 x 1 x 6 needs 24'],
    ['type', '"dtype": "float32"\n', '"dtype": "int64"\n', 'element type int64'],
  ])('%s', (name, from, to, message) => {
    const path = edited(name, from, to);
    expect(() => readTfjsLayers(path)).toThrow(InputError);
    expect(() => readTfjsLayers(path)).toThrow(message);
  });

  test('NaN weights name the layer', () => {
    const out = join(folder, 'nan');
    writeTfjsLayers(out, everyLayer);
    const bytes = readFileSync(join(out, 'weights.bin'));
    bytes.writeFloatLE(NaN, bytes.length - 4);
    writeFileSync(join(out, 'weights.bin'), bytes);
    expect(() => readTfjsLayers(join(out, 'model.json'))).toThrow(
      expect.objectContaining({
        message: 'bias[2] is NaN',
        where: 'layer "logits" of model "every-layer"',
      }) as Error,
    );
  });

  test('a negative variance', () => {
    const layersWith = everyLayer.layers.map((layer) =>
      layer.kind === 'batchNorm' ? { ...layer, variance: Float32Array.of(1, 1, -0.5, 1) } : layer,
    );
    expect(() => fuse({ ...everyLayer, layers: layersWith })).toThrow('variance[2] is negative: -0.5');
  });

  test('an activation that nothing reads', () => {
    const [first, ...rest] = everyLayer.layers;
    if (first === undefined) throw new Error('no layers');
    const broken = { ...everyLayer, layers: [first, ...rest.filter(({ name }) => name !== 'bn')] };
    const layersAfterPool = broken.layers.map((layer) =>
      layer.name === 'act' ? { ...layer, input: 'conv_a' } : layer,
    );
    const relinked = layersAfterPool.map((layer) =>
      layer.name === 'pool' ? { ...layer, input: 'conv_a' } : layer,
    );
    expect(() => fuse({ ...broken, layers: relinked })).toThrow('no other layer reads it');
  });

  test('a wrong number of input values', () => {
    expect(() => evaluateFloat(everyLayer, new Float32Array(3))).toThrow(
      '3 input values where 9 x 8 x 2 are needed',
    );
  });
});
