import type { Space } from './simd/space.js';
import { paddedPlaces, roundUp, type Size4, type Windows } from './windows.js';

/**
 * The gradient of a filter [height][width][inputs][outputs]: for each weight the sum over pictures and places of the
 * value under it times dy.
 *
 * @param x - address of [pictures][rows][columns][inputs].
 * @param dy - address of the gradients, of shape `dyShape`.
 */
export function filterSums(
  space: Space,
  x: number,
  [pictures, xRows, xColumns, inputs]: Size4,
  dy: number,
  [, rows, columns, outputs]: Size4,
  windows: Windows,
): Float32Array {
  const { filter, stride, top, left } = windows;
  const stretch = filter[1] * inputs;
  const [sumRows, sumColumns] = [roundUp(stretch, 4), roundUp(outputs, 8)];
  const scratch = space.room(paddedPlaces(rows, columns, windows) * inputs + 4);
  const sums = space.room(filter[0] * sumRows * sumColumns);
  space.viewFloats(sums, filter[0] * sumRows * sumColumns).fill(0);
  // Where windows are single places, all rows of all pictures are those of one.
  const flat = xRows === rows && filter[0] === 1 && stride[0] === 1 && top === 0;
  space.kernels.filterSums(
    x,
    flat ? pictures * xRows : xRows,
    xColumns,
    top,
    left,
    dy,
    flat ? 1 : pictures,
    flat ? pictures * rows : rows,
    columns,
    inputs,
    outputs,
    stride[0],
    stride[1],
    filter[0],
    filter[1],
    scratch,
    sums,
  );
  const found = new Float32Array(filter[0] * stretch * outputs);
  for (let ky = 0, to = 0; ky < filter[0]; ky++) {
    for (let j = 0; j < stretch; j++, to += outputs) {
      const from = sums + 4 * (ky * sumRows + j) * sumColumns;
      found.set(space.viewFloats(from, outputs), to);
    }
  }
  return found;
}

/**
 * The same for a depthwise filter [height][width][channels]. As a depthwise convolution with dy for filter it would take
 * many times as long.
 */
export function depthwiseFilterSums(
  space: Space,
  x: number,
  [pictures, xRows, xColumns, channels]: Size4,
  dy: number,
  [, rows, columns]: Size4,
  windows: Windows,
): Float32Array {
  const { filter, stride, top, left } = windows;
  const taps = filter[0] * filter[1];
  const lanes = roundUp(channels, 4);
  const scratch = space.room(paddedPlaces(rows, columns, windows) * channels + 4);
  const totals = space.zeros(taps * lanes);
  space.kernels.depthwiseFilterSums(
    x,
    xRows,
    xColumns,
    top,
    left,
    dy,
    pictures,
    rows,
    columns,
    channels,
    stride[0],
    stride[1],
    filter[0],
    filter[1],
    scratch,
    totals,
  );
  const sums = space.viewDoubles(totals, taps * lanes);
  const found = new Float32Array(taps * channels);
  for (let tap = 0; tap < taps; tap++)
    found.set(sums.subarray(tap * lanes, tap * lanes + channels), tap * channels);
  return found;
}
