type Size4 = readonly [number, number, number, number];
type Pair = readonly [number, number];

/**
 * The gradient of a depthwise filter [height][width][channels]: for each weight the sum over pictures and places of the
 * value under it times dy. In plain loops, channel by channel with the sums in registers; as a depthwise convolution
 * with dy for filter it takes three times as long.
 *
 * @param x - [pictures][rows][columns][channels], padded so that every window lies inside.
 */
export function depthwiseFilterSums(
  x: Float32Array,
  xShape: Size4,
  dy: Float32Array,
  dyShape: Size4,
  filter: Pair,
  stride: Pair,
): Float32Array {
  const channels = xShape[3];
  const sums = new Float64Array(filter[0] * filter[1] * channels);
  // Strips of three weights: one value of dy serves three products.
  for (let ky = 0; ky < filter[0]; ky++) {
    for (let kx = 0; kx < filter[1]; kx += 3) {
      strip(x, xShape, dy, dyShape, stride, ky, kx, Math.min(3, filter[1] - kx), sums, filter[1]);
    }
  }
  return Float32Array.from(sums);
}

function strip(
  x: Float32Array,
  [pictures, xRows, xColumns, channels]: Size4,
  dy: Float32Array,
  [, rows, columns]: Size4,
  [down, right]: Pair,
  ky: number,
  kx: number,
  weights: number,
  sums: Float64Array,
  width: number,
): void {
  const second = weights > 1 ? channels : 0;
  const third = weights > 2 ? 2 * channels : 0;
  const apart = right * channels;
  for (let n = 0; n < pictures; n++) {
    for (let c = 0; c < channels; c++) {
      let [a, b, d] = [0, 0, 0];
      for (let row = 0; row < rows; row++) {
        let at = ((n * xRows + row * down + ky) * xColumns + kx) * channels + c;
        let to = (n * rows + row) * columns * channels + c;
        for (let column = 0; column < columns; column++) {
          const back = dy[to] as number;
          a += back * (x[at] as number);
          b += back * (x[at + second] as number);
          d += back * (x[at + third] as number);
          at += apart;
          to += channels;
        }
      }
      const tap = (ky * width + kx) * channels + c;
      sums[tap] = (sums[tap] as number) + a;
      if (weights > 1) sums[tap + channels] = (sums[tap + channels] as number) + b;
      if (weights > 2) sums[tap + 2 * channels] = (sums[tap + 2 * channels] as number) + d;
    }
  }
}
