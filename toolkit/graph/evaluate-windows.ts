import type { Constant, Operation, Sizes } from './graph.js';
import { elements } from './tensor.js';

type Conv = Extract<Operation, { kind: 'conv2d' }>;
type Pool = Extract<Operation, { kind: 'maxPool' | 'averagePool' }>;

/** A convolution; `sizes` are those of the output. */
export function conv2d(operation: Conv, inputs: readonly Constant[], sizes: Sizes): Float32Array {
  const [input, kernel, bias] = inputs;
  const output = new Float32Array(elements(sizes));
  if (input === undefined || kernel === undefined) return output;
  const [batch = 0, rows = 0, columns = 0, filters = 0] = sizes;
  const [, height = 0, width = 0, channels = 0] = input.sizes;
  const [windowHeight = 0, windowWidth = 0, perGroup = 0] = kernel.sizes;
  const { strides, dilations, padding, groups } = operation;
  const filtersPerGroup = filters / groups;
  const [read, factors] = [input.values, kernel.values];
  const sums = new Float64Array(filters);
  let to = 0;
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      const rowTaps = taps(row * strides[0] - padding.top, dilations[0], windowHeight, height);
      for (let column = 0; column < columns; column++) {
        const columnTaps = taps(column * strides[1] - padding.left, dilations[1], windowWidth, width);
        sums.fill(0);
        if (bias !== undefined) sums.set(bias.values);
        for (let y = rowTaps.first; y < rowTaps.end; y++) {
          for (let x = columnTaps.first; x < columnTaps.end; x++) {
            const inputRow = n * height + rowTaps.start + y * dilations[0];
            const from = (inputRow * width + columnTaps.start + x * dilations[1]) * channels;
            const at = (y * windowWidth + x) * perGroup * filters;
            for (let channel = 0; channel < channels; channel++) {
              const value = read[from + channel] ?? 0;
              const group = Math.floor(channel / perGroup);
              const weights = at + (channel - group * perGroup) * filters;
              const last = (group + 1) * filtersPerGroup;
              for (let f = group * filtersPerGroup; f < last; f++) {
                sums[f] = (sums[f] ?? 0) + value * (factors[weights + f] ?? 0);
              }
            }
          }
        }
        output.set(sums, to);
        to += filters;
      }
    }
  }
  return output;
}

/** The largest values or the averages in windows; `sizes` are those of the output. */
export function pool(operation: Pool, input: Constant, sizes: Sizes): Float32Array {
  const output = new Float32Array(elements(sizes));
  const [batch = 0, rows = 0, columns = 0, channels = 0] = sizes;
  const [, height = 0, width = 0] = input.sizes;
  const { strides, dilations, padding, window, countsPadding } = operation;
  const best = new Float64Array(channels);
  const isMax = operation.kind === 'maxPool';
  let to = 0;
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      const rowTaps = taps(row * strides[0] - padding.top, dilations[0], window[0], height);
      for (let column = 0; column < columns; column++) {
        const columnTaps = taps(column * strides[1] - padding.left, dilations[1], window[1], width);
        best.fill(isMax ? -Infinity : 0);
        for (let y = rowTaps.first; y < rowTaps.end; y++) {
          for (let x = columnTaps.first; x < columnTaps.end; x++) {
            const inputRow = n * height + rowTaps.start + y * dilations[0];
            const from = (inputRow * width + columnTaps.start + x * dilations[1]) * channels;
            for (let c = 0; c < channels; c++) {
              const value = input.values[from + c] ?? 0;
              best[c] = isMax ? Math.max(best[c] ?? 0, value) : (best[c] ?? 0) + value;
            }
          }
        }
        const inside = (rowTaps.end - rowTaps.first) * (columnTaps.end - columnTaps.first);
        const count = countsPadding ? window[0] * window[1] : Math.max(inside, 1);
        for (let c = 0; c < channels; c++) output[to++] = isMax ? (best[c] ?? 0) : (best[c] ?? 0) / count;
      }
    }
  }
  return output;
}

/** Positions `first` to `end` of a window lie inside the input when position 0 lies at `start`. */
function taps(
  start: number,
  dilation: number,
  window: number,
  size: number,
): { start: number; first: number; end: number } {
  const first = Math.min(Math.max(Math.ceil(-start / dilation), 0), window);
  const end = Math.min(Math.max(Math.ceil((size - start) / dilation), first), window);
  return { start, first, end };
}
