import type { Padding, Shape } from '../network/index.js';

/** [vertical, horizontal]. */
export type Pair = readonly [number, number];

/** One of TensorFlow's two modes, or how much lies around the input: zeros, which in a max pool never win. */
export type PaddingMode = 'same' | 'valid' | Padding;

/** The padding in numbers, with "same" and "valid" as TensorFlow defines them. */
export function explicitPadding(shape: Shape, window: Pair, strides: Pair, mode: PaddingMode): Padding {
  if (typeof mode === 'object') return mode;
  if (mode === 'valid') return { top: 0, right: 0, bottom: 0, left: 0 };
  const total = (axis: 0 | 1): number => {
    const count = Math.ceil(shape[axis] / strides[axis]);
    return Math.max((count - 1) * strides[axis] + window[axis] - shape[axis], 0);
  };
  const top = Math.floor(total(0) / 2);
  const left = Math.floor(total(1) / 2);
  return { top, right: total(1) - left, bottom: total(0) - top, left };
}

/** How many places a window has; below 1 where it does not fit. A last one that does not fit is dropped. */
export function windowCounts(shape: Shape, window: Pair, strides: Pair, mode: PaddingMode): Pair {
  const { top, right, bottom, left } = explicitPadding(shape, window, strides, mode);
  return [
    Math.floor((shape[0] + top + bottom - window[0]) / strides[0]) + 1,
    Math.floor((shape[1] + left + right - window[1]) / strides[1]) + 1,
  ];
}
