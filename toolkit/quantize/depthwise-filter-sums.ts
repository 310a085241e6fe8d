import { workspace } from './simd/kernels.js';

type Size4 = readonly [number, number, number, number];

export interface Windows {
  /** Rows and columns. */
  readonly filter: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Zeros above and before the picture; those below and behind it follow from the sizes. */
  readonly top: number;
  readonly left: number;
}

/**
 * The gradient of a depthwise filter [height][width][channels]: for each weight the sum over pictures and places of the
 * value under it times dy. As a depthwise convolution with dy for filter it would take many times as long.
 *
 * @param x - [pictures][rows][columns][channels].
 */
export function depthwiseFilterSums(
  x: Float32Array,
  [pictures, xRows, xColumns, channels]: Size4,
  dy: Float32Array,
  [, rows, columns]: Size4,
  { filter, stride, top, left }: Windows,
): Float32Array {
  const space = workspace();
  const taps = filter[0] * filter[1];
  const lanes = Math.ceil(channels / 4) * 4;
  const padded = ((rows - 1) * stride[0] + filter[0]) * ((columns - 1) * stride[1] + filter[1]) * channels;
  const totals = space.zeros(taps * lanes);
  space.kernels.depthwiseFilterSums(
    space.floats(x),
    xRows,
    xColumns,
    top,
    left,
    space.floats(dy),
    pictures,
    rows,
    columns,
    channels,
    stride[0],
    stride[1],
    filter[0],
    filter[1],
    space.room(padded),
    totals,
  );
  const sums = space.readDoubles(totals, taps * lanes);
  return Float32Array.from(
    { length: taps * channels },
    (_, i) => sums[Math.floor(i / channels) * lanes + (i % channels)] as number,
  );
}
