import type { Attribute, NamedAttrMap, Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from './backend.js';
import { depthwiseFilterSums, filterSums } from './filter-sums.js';
import { withTensors } from './tensor-space.js';

type Size4 = [number, number, number, number];

/**
 * The wasm backend has no kernel for the gradient of a convolution's filter, none for those of a depthwise one, and slow
 * ones for those of a convolution's input and of an average pool. Gradients of inputs are convolutions themselves, which
 * it does fast; for the others there are kernels of our own. Registers them in place of its own.
 */
export function registerGradientKernels(tf: Tf): void {
  const kernels = {
    Conv2DBackpropFilter: (inputs: Inputs, attrs: NamedAttrMap) =>
      filterGradient(tf, tensor(tf, inputs, 'x'), tensor(tf, inputs, 'dy'), attrs, filterSums),
    Conv2DBackpropInput: (inputs: Inputs, attrs: NamedAttrMap) =>
      inputGradient(tf, tensor(tf, inputs, 'dy'), tensor(tf, inputs, 'filter'), attrs),
    DepthwiseConv2dNativeBackpropFilter: (inputs: Inputs, attrs: NamedAttrMap) =>
      filterGradient(tf, tensor(tf, inputs, 'x'), tensor(tf, inputs, 'dy'), attrs, depthwiseFilterSums),
    AvgPoolGrad: (inputs: Inputs, attrs: NamedAttrMap) =>
      averagePoolGradient(tf, tensor(tf, inputs, 'input'), tensor(tf, inputs, 'dy'), attrs),
    DepthwiseConv2dNativeBackpropInput: (inputs: Inputs, attrs: NamedAttrMap) =>
      depthwiseInputGradient(tf, tensor(tf, inputs, 'dy'), tensor(tf, inputs, 'filter'), attrs),
    // Its own one copies the values, which nobody changes.
    Identity: (inputs: Inputs) => tf.reshape(tensor(tf, inputs, 'x'), tensor(tf, inputs, 'x').shape),
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

function isRegistered(tf: Tf, kernelName: string): boolean {
  return tf.getKernelsForBackend('wasm').some((kernel) => kernel.kernelName === kernelName);
}

/** Kernels get whole tensors, though their type promises only what describes one. */
function tensor(tf: Tf, inputs: Inputs, name: string): Tensor4D {
  const found = inputs[name];
  if (!(found instanceof tf.Tensor)) throw new Error(`gradient kernel called without ${name}`);
  return found as Tensor4D;
}

interface Geometry {
  readonly stride: readonly [number, number];
  readonly top: number;
  readonly left: number;
}

function geometry(tf: Tf, input: Size4, filter: Size4, attrs: NamedAttrMap, depthwise = false): Geometry {
  const { strides, pad } = attrs as { strides: [number, number]; pad: 'valid' | 'same' | number };
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, undefined, depthwise);
  return {
    stride: [info.strideHeight, info.strideWidth],
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** dW[ky, kx, i, o] = sum over pictures and places of x under that weight times dy. Depthwise, i and o are one. */
function filterGradient(
  tf: Tf,
  x: Tensor4D,
  dy: Tensor4D,
  attrs: NamedAttrMap,
  sumsOf: typeof filterSums,
): Tensor4D {
  const filter = size4(attrs['filterShape']);
  const [height, width] = filter;
  const { stride, top, left } = geometry(tf, x.shape, filter, attrs, sumsOf === depthwiseFilterSums);
  const windows = { filter: [height, width], stride, top, left } as const;
  const sums = withTensors(tf, (space) =>
    sumsOf(space, space.addressOf(x), x.shape, space.addressOf(dy), dy.shape, windows),
  );
  return tf.tensor4d(sums, filter);
}

/** Each value of dy spread over its window. (Its own one looks for the windows of each value.) The pool has no padding. */
function averagePoolGradient(tf: Tf, x: Tensor4D, dy: Tensor4D, attrs: NamedAttrMap): Tensor {
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
}

/** dX = dy, spread by the stride and padded, convolved depthwise with the filter reversed. */
function depthwiseInputGradient(tf: Tf, dy: Tensor4D, filter: Tensor4D, attrs: NamedAttrMap): Tensor4D {
  const inputShape = size4(attrs['inputShape']);
  const [height, width] = filter.shape;
  const { stride, top, left } = geometry(tf, inputShape, filter.shape, attrs, true);
  const spread = fit(
    tf,
    dilate(tf, dy, stride),
    height - 1 - top,
    width - 1 - left,
    inputShape[1] + height - 1,
    inputShape[2] + width - 1,
  );
  return tf.depthwiseConv2d(spread, tf.reverse(filter, [0, 1]), 1, 'valid');
}

/** dX = dy, spread by the stride and padded, convolved with the filter reversed and in/out swapped. */
function inputGradient(tf: Tf, dy: Tensor4D, filter: Tensor4D, attrs: NamedAttrMap): Tensor4D {
  const inputShape = size4(attrs['inputShape']);
  const [height, width] = filter.shape;
  const { stride, top, left } = geometry(tf, inputShape, filter.shape, attrs);
  const spread = fit(
    tf,
    dilate(tf, dy, stride),
    height - 1 - top,
    width - 1 - left,
    inputShape[1] + height - 1,
    inputShape[2] + width - 1,
  );
  const swapped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spread, swapped, 1, 'valid');
}

/** Puts stride-1 zeros after each row and column. */
function dilate(tf: Tf, x: Tensor4D, stride: readonly [number, number]): Tensor4D {
  if (stride[0] === 1 && stride[1] === 1) return x;
  const [n, h, w, c] = x.shape;
  const apart = tf.pad(tf.reshape(x, [n, h, 1, w, c]), [
    [0, 0],
    [0, 0],
    [0, stride[0] - 1],
    [0, 0],
    [0, (stride[1] - 1) * c],
  ]);
  return tf.reshape(apart, [n, h * stride[0], w * stride[1], c]);
}

/** Pads zeros before, and pads or crops after, so that the map has `rows` x `columns`. */
function fit(tf: Tf, x: Tensor4D, top: number, left: number, rows: number, columns: number): Tensor4D {
  const bottom = Math.max(rows - top - x.shape[1], 0);
  const right = Math.max(columns - left - x.shape[2], 0);
  const padded =
    top + bottom + left + right === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]);
  if (padded.shape[1] === rows && padded.shape[2] === columns) return padded;
  return tf.slice(padded, [0, 0, 0, 0], [x.shape[0], rows, columns, x.shape[3]]);
}

function size4(attribute: Attribute | undefined): Size4 {
  return attribute as Size4;
}
