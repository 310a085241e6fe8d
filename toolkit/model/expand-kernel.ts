import { spread } from '../graph/index.js';
import { InputError } from '../errors.js';
import type { Conv2dLayer, DepthwiseConv2dLayer } from './float-model.js';
import type { Pair } from './windows.js';

/** A kernel without dilation and groups: filled up with zeros. */
export interface WholeKernel {
  readonly kind: 'conv2d' | 'depthwiseConv2d';
  readonly kernelSize: Pair;
  readonly kernel: Float32Array;
  /** 1 where there is a weight; null where that is everywhere. */
  readonly present: Uint8Array | null;
}

/** More would fill the memory. */
const MOST_WEIGHTS = 2 ** 26;

/**
 * The kernel of a layer as table networks have them: neighbouring weights on neighbouring values, every filter on all
 * channels (a convolution) or on one of as many (a depthwise one).
 *
 * @param channels - of what the layer reads.
 * @throws InputError naming the layer if the kernel would be too large.
 */
export function wholeKernel(layer: Conv2dLayer | DepthwiseConv2dLayer, channels: number): WholeKernel {
  const { kernelSize, kernel, dilations = [1, 1] } = layer;
  const outputs = layer.bias.length;
  const groups = layer.kind === 'conv2d' ? (layer.groups ?? 1) : channels;
  const kind =
    groups === channels && outputs === channels && (channels > 1 || layer.kind === 'depthwiseConv2d')
      ? 'depthwiseConv2d'
      : 'conv2d';
  const whole = spread(kernelSize, dilations);
  const isWhole = whole.join() === kernelSize.join();
  if (isWhole && (kind === 'depthwiseConv2d' || groups === 1))
    return { kind, kernelSize, kernel, present: null };
  /** Inputs and outputs of one group, and rows of the whole kernel at each place. */
  const inputs = channels / groups;
  const filters = outputs / groups;
  const rows = kind === 'depthwiseConv2d' ? 1 : channels;
  const size = whole[0] * whole[1] * rows * outputs;
  if (size > MOST_WEIGHTS) {
    throw new InputError(`its kernel has ${size} weights once it is filled up with zeros`, {
      where: `layer "${layer.name}"`,
      next: 'Use fewer channels, fewer groups or less dilation there.',
    });
  }
  const filled = new Float32Array(size);
  const present = new Uint8Array(size);
  for (let y = 0; y < kernelSize[0]; y++) {
    for (let x = 0; x < kernelSize[1]; x++) {
      const from = (y * kernelSize[1] + x) * inputs * outputs;
      const to = (y * dilations[0] * whole[1] + x * dilations[1]) * rows * outputs;
      for (let i = 0; i < inputs; i++) {
        for (let out = 0; out < outputs; out++) {
          const row = rows === 1 ? 0 : Math.floor(out / filters) * inputs + i;
          const at = to + row * outputs + out;
          filled[at] = kernel[from + i * outputs + out] ?? 0;
          present[at] = 1;
        }
      }
    }
  }
  return { kind, kernelSize: whole, kernel: filled, present };
}
