import type { Attribute, NamedAttrMap, Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from './tf.js';
import { convolve, convolveBack, convolveDepthwise, convolveDepthwiseBack } from './convolve.js';
import { depthwiseFilterSums, filterSums } from './filter-sums.js';
import { withTensors } from './tensor-space.js';
import type { Windows } from './windows.js';

type Size4 = [number, number, number, number];

/**
 * The wasm backend has no kernel for the gradient of a convolution's filter, none for those of a depthwise one, and slow
 * ones for the other gradients; its convolutions take twice as long as ours, which leave out what training does not need
 * (dilated filters, channels first). Registers ours in place of its own.
 */
export function registerKernels(tf: Tf): void {
  const kernels: Record<string, Kernel> = {
    Conv2D: layer(tf, convolve),
    Conv2DBackpropFilter: filterGradient(tf, filterSums),
    Conv2DBackpropInput: inputGradient(tf, convolveBack),
    DepthwiseConv2dNative: layer(tf, convolveDepthwise),
    DepthwiseConv2dNativeBackpropFilter: filterGradient(tf, depthwiseFilterSums),
    DepthwiseConv2dNativeBackpropInput: inputGradient(tf, convolveDepthwiseBack),
    AvgPoolGrad: averagePoolGradient(tf),
    // Its own one copies the values, which nobody changes.
    Identity: (inputs) => tf.reshape(tensor(tf, inputs, 'x'), tensor(tf, inputs, 'x').shape),
  };
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (isRegistered(tf, kernelName)) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs, attrs ?? {})),
    });
  }
}

type Inputs = Record<string, TensorInfo | undefined>;
type Kernel = (inputs: Inputs, attrs: NamedAttrMap) => Tensor;

function isRegistered(tf: Tf, kernelName: string): boolean {
  return tf.getKernelsForBackend('wasm').some((kernel) => kernel.kernelName === kernelName);
}

/** Kernels get whole tensors, though their type promises only what describes one. */
function tensor(tf: Tf, inputs: Inputs, name: string): Tensor4D {
  const found = inputs[name];
  if (!(found instanceof tf.Tensor)) throw new Error(`kernel called without ${name}`);
  return found as Tensor4D;
}

/** The windows of a convolution, and the shape of its output. */
function geometry(
  tf: Tf,
  input: Size4,
  filter: Size4,
  attrs: NamedAttrMap,
  depthwise: boolean,
): Windows & { readonly outShape: Size4 } {
  const { strides, pad, dilations, dataFormat } = attrs as {
    strides: [number, number];
    pad: 'valid' | 'same' | number;
    dilations?: number | number[];
    dataFormat?: string;
  };
  if (dataFormat === 'NCHW' || [dilations ?? 1].flat().some((n) => n !== 1))
    throw new Error('convolutions that are dilated or have channels first are left out');
  if (depthwise && filter[3] !== 1)
    throw new Error('depthwise convolutions with several outputs per channel are left out');
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, undefined, depthwise);
  return {
    filter: [filter[0], filter[1]],
    stride: [info.strideHeight, info.strideWidth],
    top: info.padInfo.top,
    left: info.padInfo.left,
    outShape: info.outShape,
  };
}

function layer(tf: Tf, run: typeof convolve): Kernel {
  return (inputs, attrs) => {
    const [x, filter] = [tensor(tf, inputs, 'x'), tensor(tf, inputs, 'filter')];
    const windows = geometry(tf, x.shape, filter.shape, attrs, run === convolveDepthwise);
    return withTensors(tf, (space) => {
      const y = space.output(windows.outShape);
      const values = { at: space.addressOf(x), shape: x.shape };
      run(space, values, space.addressOf(filter), { at: y.at, shape: windows.outShape }, windows);
      return y.done();
    });
  };
}

function inputGradient(tf: Tf, run: typeof convolveBack): Kernel {
  return (inputs, attrs) => {
    const [dy, filter] = [tensor(tf, inputs, 'dy'), tensor(tf, inputs, 'filter')];
    const shape = size4(attrs['inputShape']);
    const windows = geometry(tf, shape, filter.shape, attrs, run === convolveDepthwiseBack);
    return withTensors(tf, (space) => {
      const dx = space.output(shape);
      const values = { at: space.addressOf(dy), shape: dy.shape };
      run(space, values, space.addressOf(filter), { at: dx.at, shape }, windows);
      return dx.done();
    });
  };
}

function filterGradient(tf: Tf, sumsOf: typeof filterSums): Kernel {
  return (inputs, attrs) => {
    const [x, dy] = [tensor(tf, inputs, 'x'), tensor(tf, inputs, 'dy')];
    const shape = size4(attrs['filterShape']);
    const windows = geometry(tf, x.shape, shape, attrs, sumsOf === depthwiseFilterSums);
    const sums = withTensors(tf, (space) =>
      sumsOf(space, space.addressOf(x), x.shape, space.addressOf(dy), dy.shape, windows),
    );
    return tf.tensor4d(sums, shape);
  };
}

/** Each value of dy spread over its window. (Its own one looks for the windows of each value.) The pool has no padding. */
function averagePoolGradient(tf: Tf): Kernel {
  return (inputs, attrs) => {
    const [x, dy] = [tensor(tf, inputs, 'input'), tensor(tf, inputs, 'dy')];
    const { filterSize, strides, pad } = attrs as {
      filterSize: [number, number] | number;
      strides: [number, number] | number;
      pad: 'valid' | 'same' | number;
    };
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad);
    const { top, bottom, left, right } = info.padInfo;
    if (top + bottom + left + right !== 0) throw new Error('the average pool is padded');
    return withTensors(tf, (space) => {
      const dx = space.output(x.shape);
      space.kernels.averagePoolBackward(
        space.addressOf(dy),
        info.outHeight,
        info.outWidth,
        dx.at,
        info.batchSize,
        info.inHeight,
        info.inWidth,
        info.inChannels,
        info.filterHeight,
        info.filterWidth,
        info.strideHeight,
        info.strideWidth,
        1 / (info.filterHeight * info.filterWidth),
      );
      return dx.done();
    });
  };
}

function size4(attribute: Attribute | undefined): Size4 {
  return attribute as Size4;
}
