import type { Space } from './simd/space.js';
import { backWindows, paddedPlaces, roundUp, type Size4, type Windows } from './windows.js';

/** Values in a space. */
interface Values {
  readonly at: number;
  readonly shape: Size4;
}

type Pair = readonly [number, number];

/**
 * Writes y, for each place the sum of the values of x in its window times a filter [height][width][inputs][outputs].
 *
 * @param filter - its address.
 */
export function convolve(space: Space, x: Values, filter: number, y: Values, windows: Windows): void {
  run(space, x, [1, 1], filter, false, y, windows);
}

/** The way back of `convolve`: writes dx, from dy. */
export function convolveBack(space: Space, dy: Values, filter: number, dx: Values, windows: Windows): void {
  run(space, dy, windows.stride, filter, true, dx, backWindows(windows));
}

/** `convolve` with a depthwise filter [height][width][channels]. */
export function convolveDepthwise(
  space: Space,
  x: Values,
  filter: number,
  y: Values,
  windows: Windows,
): void {
  runDepthwise(space, x, [1, 1], filter, false, y, windows);
}

/** The way back of `convolveDepthwise`: writes dx, from dy. */
export function convolveDepthwiseBack(
  space: Space,
  dy: Values,
  filter: number,
  dx: Values,
  windows: Windows,
): void {
  runDepthwise(space, dy, windows.stride, filter, true, dx, backWindows(windows));
}

/** @param spread - the values of x lie so many rows and columns apart, among zeros. */
function run(
  space: Space,
  x: Values,
  spread: Pair,
  filter: number,
  reversed: boolean,
  y: Values,
  windows: Windows,
): void {
  const [pictures, xRows, xColumns, inputs] = x.shape;
  const [, rows, columns, outputs] = y.shape;
  const { filter: size, stride, top, left } = windows;
  const { packFilter, convolve } = space.kernels;
  const scratch = space.room(paddedPlaces(rows, columns, windows) * inputs);
  const packed = space.room(size[0] * size[1] * inputs * roundUp(outputs, 8));
  packFilter(filter, ...size, inputs, outputs, reversed, packed);
  // Where windows are single places one after the other, those of all pictures are one row.
  const flat =
    xRows === rows && xColumns === columns && [...size, ...stride, ...spread].every((n) => n === 1);
  const [from, to]: [Size4, Size4] =
    flat && top === 0 && left === 0
      ? [
          [1, 1, pictures * xRows * xColumns, inputs],
          [1, 1, pictures * rows * columns, outputs],
        ]
      : [x.shape, y.shape];
  convolve(
    x.at,
    from[1],
    from[2],
    ...spread,
    top,
    left,
    y.at,
    to[0],
    to[1],
    to[2],
    inputs,
    outputs,
    ...stride,
    ...size,
    packed,
    scratch,
  );
}

function runDepthwise(
  space: Space,
  x: Values,
  spread: Pair,
  filter: number,
  reversed: boolean,
  y: Values,
  windows: Windows,
): void {
  const [pictures, rows, columns, channels] = y.shape;
  const { filter: size, stride, top, left } = windows;
  // Four more floats: the last vector of a place may reach behind it.
  const scratch = space.room(paddedPlaces(rows, columns, windows) * channels + 4);
  space.kernels.convolveDepthwise(
    x.at,
    x.shape[1],
    x.shape[2],
    ...spread,
    top,
    left,
    y.at,
    pictures,
    rows,
    columns,
    channels,
    ...stride,
    ...size,
    filter,
    reversed,
    scratch,
  );
}
