import { join } from 'node:path';
import { INPUT } from '../network/index.js';
import { checkFloatModel, type FloatLayer, type FloatModel } from './float-model.js';
import { writeFileAtomic } from './write-file.js';

interface NamedWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes `model.json` and `weights.bin` in the TensorFlow.js Layers format, so that `tf.loadLayersModel` reads them.
 * What that format has no place for (scale and offset of the pixels, labels) is in `userDefinedMetadata`.
 *
 * @throws InputError if the model is not sound, or the folder cannot be written to.
 */
export function writeTfjsLayers(folder: string, model: FloatModel): void {
  const shapes = checkFloatModel(model);
  const weights = model.layers.flatMap((layer) => weightsOf(layer, shapes.get(layer.input)?.[2] ?? 1));
  const last = model.layers.at(-1)?.name ?? INPUT;
  const vector = model.input.shape[0] * model.input.shape[1] === 1;
  const inputShape = [null, ...(vector ? [model.input.shape[2]] : model.input.shape)];
  const json = {
    format: 'layers-model',
    generatedBy: 'tablize',
    convertedBy: null,
    modelTopology: {
      class_name: 'Model',
      config: {
        name: model.name,
        layers: [
          {
            class_name: 'InputLayer',
            name: INPUT,
            config: { batch_input_shape: inputShape, dtype: 'float32', sparse: false, name: INPUT },
            inbound_nodes: [],
          },
          ...model.layers.map((layer) => ({
            ...kerasLayer(layer),
            name: layer.name,
            inbound_nodes: [[[layer.input, 0, 0, {}]]],
          })),
        ],
        input_layers: [[INPUT, 0, 0]],
        output_layers: [[last, 0, 0]],
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      tablize: { scale: model.input.scale, offset: model.input.offset, labels: model.labels },
    },
  };
  writeFileAtomic(join(folder, 'weights.bin'), littleEndian(weights.map(({ values }) => values)));
  writeFileAtomic(join(folder, 'model.json'), `${JSON.stringify(json, null, 1)}\n`);
}

function kerasLayer(layer: FloatLayer): { readonly class_name: string; readonly config: object } {
  const { name } = layer;
  switch (layer.kind) {
    case 'dense':
      return {
        class_name: 'Dense',
        config: { name, units: layer.units, use_bias: true, activation: layer.activation },
      };
    case 'conv2d':
      return {
        class_name: 'Conv2D',
        config: {
          name,
          filters: layer.filters,
          kernel_size: layer.kernelSize,
          strides: layer.strides,
          padding: layer.padding,
          data_format: 'channels_last',
          use_bias: true,
          activation: layer.activation,
        },
      };
    case 'maxPool':
    case 'averagePool':
      return {
        class_name: layer.kind === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D',
        config: {
          name,
          pool_size: layer.poolSize,
          strides: layer.strides,
          padding: layer.padding,
          data_format: 'channels_last',
        },
      };
    case 'globalAveragePool':
      return { class_name: 'GlobalAveragePooling2D', config: { name, data_format: 'channels_last' } };
    case 'flatten':
      return { class_name: 'Flatten', config: { name } };
    case 'batchNorm':
      return { class_name: 'BatchNormalization', config: { name, axis: -1, epsilon: layer.epsilon } };
    case 'activation':
      return { class_name: 'Activation', config: { name, activation: layer.activation } };
  }
}

function weightsOf(layer: FloatLayer, channels: number): readonly NamedWeights[] {
  const named = (part: string, values: Float32Array, shape: readonly number[] = [values.length]) => ({
    name: `${layer.name}/${part}`,
    shape,
    values,
  });
  switch (layer.kind) {
    case 'dense':
      return [
        named('kernel', layer.kernel, [layer.kernel.length / layer.units, layer.units]),
        named('bias', layer.bias),
      ];
    case 'conv2d':
      return [
        named('kernel', layer.kernel, [...layer.kernelSize, channels, layer.filters]),
        named('bias', layer.bias),
      ];
    case 'batchNorm':
      return [
        named('gamma', layer.gamma),
        named('beta', layer.beta),
        named('moving_mean', layer.mean),
        named('moving_variance', layer.variance),
      ];
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'flatten':
    case 'activation':
      return [];
  }
}

function littleEndian(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const values of arrays) for (const value of values) bytes.setFloat32(at++ * 4, value, true);
  return new Uint8Array(bytes.buffer);
}
