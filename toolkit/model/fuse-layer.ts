import { InputError } from '../errors.js';
import type { Shape } from '../network/index.js';
import { wholeKernel } from './expand-kernel.js';
import { windowOf, type FloatLayer } from './float-model.js';
import type { FusedDepthwise, FusedStage, Norm } from './fused-model.js';
import { explicitPadding, type Pair } from './windows.js';

/** Layers that become a stage each, and read one tensor. */
export type Computing = Exclude<
  FloatLayer,
  { kind: 'flatten' | 'batchNorm' | 'activation' | 'quantize' | 'add' | 'concat' }
>;

const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };
/** Beyond that neither windows nor steps nor padding can be told to a device. */
const LARGEST_WINDOW = 255;

/** @throws InputError naming the layer if its window is too large, or it is average pooling without exact form. */
export function toStage(layer: Computing, input: string, inputShape: Shape, shape: Shape): FusedStage {
  const base = { name: layer.name, input, inputShape, shape };
  switch (layer.kind) {
    case 'dense': {
      const { kernel, bias, activation } = layer;
      return { ...base, kind: 'dense', kernel, bias, norm: null, activation };
    }
    case 'conv2d':
    case 'depthwiseConv2d': {
      const { strides, bias, activation } = layer;
      const { kind, kernelSize, kernel, present } = wholeKernel(layer, inputShape[2]);
      const padding = explicitPadding(inputShape, windowOf(layer), strides, layer.padding);
      checkSizes(layer, [...kernelSize, ...strides]);
      const weighted = { kernel, ...(present === null ? {} : { present }), bias, norm: null, activation };
      return { ...base, kind, kernelSize, stride: strides, padding, ...weighted };
    }
    case 'maxPool':
    case 'averagePool': {
      const padding = explicitPadding(inputShape, layer.poolSize, layer.strides, layer.padding);
      checkSizes(layer, [...layer.poolSize, ...layer.strides]);
      // "Same" average pooling divides by fewer values at the edges; a table of shares has one divisor. Zeros that
      // the model itself puts around count as values.
      if (
        layer.kind === 'averagePool' &&
        layer.padding === 'same' &&
        Object.values(padding).some((amount) => amount > 0)
      ) {
        throw new InputError(
          `average pooling with padding "same" is not supported on ${inputShape.join(' x ')}`,
          {
            where: `layer "${layer.name}"`,
            next: 'Use padding "valid", or a pool size that divides the map.',
          },
        );
      }
      return { ...base, kind: layer.kind, window: layer.poolSize, stride: layer.strides, padding };
    }
    case 'globalAveragePool':
    case 'globalMaxPool': {
      const window: Pair = [inputShape[0], inputShape[1]];
      checkSizes(layer, window);
      const kind = layer.kind === 'globalMaxPool' ? 'maxPool' : 'averagePool';
      return { ...base, kind, window, stride: [1, 1], padding: NO_PADDING };
    }
  }
}

function checkSizes(layer: FloatLayer, sizes: readonly number[]): void {
  const largest = Math.max(...sizes);
  if (largest <= LARGEST_WINDOW) return;
  throw new InputError(`its window or step of ${largest} is larger than ${LARGEST_WINDOW}`, {
    where: `layer "${layer.name}"`,
    next: 'Pool in two steps, or use a smaller picture.',
  });
}

/** A stage that gives each value as it is: for what cannot be joined to the stage before it. */
export const passing = (name: string, input: string, shape: Shape): FusedDepthwise => ({
  name,
  input,
  inputShape: shape,
  shape,
  kind: 'depthwiseConv2d',
  kernelSize: [1, 1],
  stride: [1, 1],
  padding: NO_PADDING,
  kernel: new Float32Array(shape[2]).fill(1),
  bias: new Float32Array(shape[2]),
  norm: null,
  activation: 'linear',
});

/** A norm after a norm as one. */
export function joined(first: Norm, { scale, shift }: { scale: Float32Array; shift: Float32Array }): Norm {
  return {
    ...first,
    gamma: first.gamma.map((value, c) => value * (scale[c] ?? 1)),
    beta: first.beta.map((value, c) => value * (scale[c] ?? 1) + (shift[c] ?? 0)),
  };
}
