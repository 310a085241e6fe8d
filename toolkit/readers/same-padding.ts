import { spread, type Pair } from '../graph/index.js';
import { explicitPadding } from '../model/windows.js';
import type { Padding } from '../network/index.js';

/** TensorFlow's padding "same" or "valid" of a window, in numbers. */
export function paddingOf(
  mode: 'same' | 'valid',
  sizes: readonly number[],
  window: Pair,
  strides: Pair,
  dilations: Pair = [1, 1],
): Padding {
  const shape = [sizes[1] ?? 1, sizes[2] ?? 1, sizes[3] ?? 1] as const;
  return explicitPadding(shape, spread(window, dilations), strides, mode);
}
