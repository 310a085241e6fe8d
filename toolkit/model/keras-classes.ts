import type { Shape } from '../network/index.js';
import type { FloatLayer, QuantizeLayer } from './float-model.js';

export interface KerasClass {
  readonly className: string;
  readonly config: object;
}

export interface NamedWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const channelsLast = { data_format: 'channels_last' };

/** The class and the settings of a layer in Keras, where numbers for padding are a layer of their own before it. */
export function kerasClass(layer: Exclude<FloatLayer, QuantizeLayer>, activation: string): KerasClass {
  const weighted = { use_bias: true, activation };
  switch (layer.kind) {
    case 'dense':
      return { className: 'Dense', config: { units: layer.units, ...weighted } };
    case 'conv2d':
      return { className: 'Conv2D', config: { filters: layer.filters, ...sliding(layer), ...weighted } };
    case 'depthwiseConv2d':
      return {
        className: 'DepthwiseConv2D',
        config: { depth_multiplier: 1, ...sliding(layer), ...weighted },
      };
    case 'maxPool':
      return { className: 'MaxPooling2D', config: sliding(layer) };
    case 'averagePool':
      return { className: 'AveragePooling2D', config: sliding(layer) };
    case 'globalAveragePool':
      return { className: 'GlobalAveragePooling2D', config: channelsLast };
    case 'globalMaxPool':
      return { className: 'GlobalMaxPooling2D', config: channelsLast };
    case 'flatten':
      return { className: 'Flatten', config: {} };
    case 'add':
      return { className: 'Add', config: {} };
    case 'concat':
      return { className: 'Concatenate', config: { axis: -1 } };
    case 'batchNorm':
      return { className: 'BatchNormalization', config: { axis: -1, epsilon: layer.epsilon } };
    case 'activation':
      return { className: 'Activation', config: { activation } };
  }
}

type Sliding = Extract<FloatLayer, { padding: unknown }>;

function sliding(layer: Sliding): object {
  const { strides, padding } = layer;
  const size = 'poolSize' in layer ? { pool_size: layer.poolSize } : { kernel_size: layer.kernelSize };
  return { ...size, strides, padding: typeof padding === 'object' ? 'valid' : padding, ...channelsLast };
}

/** The weights of a layer that reads `input`, named and shaped as in Keras. */
export function kerasWeights(layer: FloatLayer, input: Shape): readonly NamedWeights[] {
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
        named('kernel', layer.kernel, [...layer.kernelSize, input[2], layer.filters]),
        named('bias', layer.bias),
      ];
    case 'depthwiseConv2d':
      return [
        named('depthwise_kernel', layer.kernel, [...layer.kernelSize, input[2], 1]),
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
    case 'globalMaxPool':
    case 'flatten':
    case 'quantize':
    case 'activation':
    case 'add':
    case 'concat':
      return [];
  }
}
