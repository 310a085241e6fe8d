import type { Padding } from '../network/index.js';
import { activationFunction, isWave, type Activation } from './activations.js';
import { inputsOf, type FloatLayer } from './float-model.js';

/**
 * Whether zeros around the tensor `input` can never win in a max pool. Then, and only then, Keras' ZeroPadding2D does
 * what the padding of a max pool does.
 */
export const zerosLose = (zeros: Padding, input: string, layers: readonly FloatLayer[]): boolean =>
  Object.values(zeros).every((amount) => amount === 0) || neverNegative(layers).has(input);

/** The tensors whose values cannot be below zero, whatever the picture. */
function neverNegative(layers: readonly FloatLayer[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const layer of layers) if (isNeverNegative(layer, found)) found.add(layer.name);
  return found;
}

function isNeverNegative(layer: FloatLayer, found: ReadonlySet<string>): boolean {
  const inputs = inputsOf(layer).every((input) => found.has(input));
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d':
      return isPositive(layer.activation);
    case 'activation':
      return (inputs && keepsSign(layer.activation)) || isPositive(layer.activation);
    case 'batchNorm':
      return false;
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'globalMaxPool':
    case 'flatten':
    case 'quantize':
    case 'add':
    case 'concat':
      return inputs;
  }
}

const isPositive = (activation: Activation): boolean =>
  !isWave(activation) && activationFunction(activation).least >= 0;

/** Whether it gives nothing below zero for what is not below zero. */
const keepsSign = (activation: Activation): boolean =>
  isWave(activation) || activationFunction(activation).apply(0) >= 0;
