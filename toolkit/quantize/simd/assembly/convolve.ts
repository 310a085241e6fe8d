// Convolution; see ../../convolve.ts.

import { padPicture } from './pad';

/** So many places are passed for each eight outputs, so that they stay in the nearest cache. */
const BLOCK: usize = 64;

/**
 * Writes a filter as `convolve` wants it: [outputs, eight at a time][filterRows][filterColumns][inputs][8], with zeros
 * for outputs that there are not.
 *
 * @param filter - [filterRows][filterColumns][inputs][outputs]; with `reversed` [filterRows][filterColumns][outputs]
 * [inputs], from its last row and column to its first.
 */
export function packFilter(
  filter: usize,
  filterRows: usize,
  filterColumns: usize,
  inputs: usize,
  outputs: usize,
  reversed: bool,
  packed: usize,
): void {
  const taps = filterRows * filterColumns;
  const nextOutput: usize = (reversed ? inputs : 1) << 2;
  const nextInput: usize = (reversed ? 1 : outputs) << 2;
  let to = packed;
  for (let first: usize = 0; first < outputs; first += 8) {
    const count = min<usize>(outputs - first, 8);
    for (let tap: usize = 0; tap < taps; tap++) {
      let from = filter + (((reversed ? taps - 1 - tap : tap) * inputs * outputs) << 2) + first * nextOutput;
      for (let i: usize = 0; i < inputs; i++) {
        for (let o: usize = 0; o < 8; o++) {
          store<f32>(to + (o << 2), o < count ? load<f32>(from + o * nextOutput) : 0);
        }
        from += nextInput;
        to += 32;
      }
    }
  }
}

/**
 * Writes y[pictures][rows][columns][outputs]: for each place the sum of the values in its window times the filter.
 * Tiles of four places by eight outputs are summed up in registers; what lies under a row of a filter is one stretch of
 * memory.
 *
 * @param x - [pictures][xRows][xColumns][inputs], spread by xDown and xRight as in `padPicture`.
 * @param packed - the filter from `packFilter`.
 * @param scratch - room for one padded picture.
 */
export function convolve(
  x: usize,
  xRows: usize,
  xColumns: usize,
  xDown: usize,
  xRight: usize,
  top: isize,
  left: isize,
  y: usize,
  pictures: usize,
  rows: usize,
  columns: usize,
  inputs: usize,
  outputs: usize,
  down: usize,
  right: usize,
  filterRows: usize,
  filterColumns: usize,
  packed: usize,
  scratch: usize,
): void {
  const pixel = inputs << 2;
  const outPixel = outputs << 2;
  const stretch = filterColumns * pixel;
  const blockSize = filterRows * stretch * 8;
  const padRows = (rows - 1) * down + filterRows;
  const padColumns = (columns - 1) * right + filterColumns;
  const fits =
    top == 0 && left == 0 && padRows == xRows && padColumns == xColumns && xDown == 1 && xRight == 1;
  const line = padColumns * pixel;
  const nextPlace = right * pixel;
  for (let n: usize = 0; n < pictures; n++) {
    let picture = x + n * xRows * xColumns * pixel;
    if (!fits) {
      padPicture(picture, xRows, xColumns, xDown, xRight, top, left, scratch, padRows, padColumns, pixel);
      picture = scratch;
    }
    for (let row: usize = 0; row < rows; row++) {
      const from = picture + row * down * line;
      const to = y + (n * rows + row) * columns * outPixel;
      for (let start: usize = 0; start < columns; start += BLOCK) {
        const end = min(start + BLOCK, columns);
        let block = packed;
        for (let o: usize = 0; o < outputs; o += 8) {
          const count = outputs - o;
          let column = start;
          for (; column + 4 <= end; column += 4) {
            tile(
              from + column * nextPlace,
              nextPlace,
              line,
              filterRows,
              stretch,
              block,
              to + column * outPixel + (o << 2),
              outPixel,
              count,
            );
          }
          if (column < end) {
            if (columns >= 4) {
              // Overlaps the places before it.
              column = columns - 4;
              tile(
                from + column * nextPlace,
                nextPlace,
                line,
                filterRows,
                stretch,
                block,
                to + column * outPixel + (o << 2),
                outPixel,
                count,
              );
            } else {
              for (; column < end; column++) {
                single(
                  from + column * nextPlace,
                  line,
                  filterRows,
                  stretch,
                  block,
                  to + column * outPixel + (o << 2),
                  count,
                );
              }
            }
          }
          block += blockSize;
        }
      }
    }
  }
}

/** Stores the first one to four lanes. */
export function storeLanes(at: usize, values: v128, count: usize): void {
  if (count >= 4) v128.store(at, values);
  else if (count == 3) {
    v128.store64_lane(at, values, 0);
    v128.store32_lane(at, values, 2, 8);
  } else if (count == 2) v128.store64_lane(at, values, 0);
  else v128.store32_lane(at, values, 0);
}

/** Stores the first one to eight lanes. */
function store8(at: usize, low: v128, high: v128, count: usize): void {
  storeLanes(at, low, count);
  if (count > 4) storeLanes(at + 16, high, count - 4);
}

/** Four places by eight outputs. */
function tile(
  x: usize,
  nextPlace: usize,
  line: usize,
  filterRows: usize,
  stretch: usize,
  weights: usize,
  to: usize,
  outPixel: usize,
  count: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  for (let ky: usize = 0; ky < filterRows; ky++) {
    let at = x + ky * line;
    let second = at + nextPlace;
    let third = second + nextPlace;
    let fourth = third + nextPlace;
    const end = at + stretch;
    for (; at < end; at += 4) {
      const w0 = v128.load(weights);
      const w1 = v128.load(weights, 16);
      const a = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(a, w0));
      a1 = f32x4.add(a1, f32x4.mul(a, w1));
      const b = v128.load32_splat(second);
      b0 = f32x4.add(b0, f32x4.mul(b, w0));
      b1 = f32x4.add(b1, f32x4.mul(b, w1));
      const c = v128.load32_splat(third);
      c0 = f32x4.add(c0, f32x4.mul(c, w0));
      c1 = f32x4.add(c1, f32x4.mul(c, w1));
      const d = v128.load32_splat(fourth);
      d0 = f32x4.add(d0, f32x4.mul(d, w0));
      d1 = f32x4.add(d1, f32x4.mul(d, w1));
      weights += 32;
      second += 4;
      third += 4;
      fourth += 4;
    }
  }
  store8(to, a0, a1, count);
  store8(to + outPixel, b0, b1, count);
  store8(to + 2 * outPixel, c0, c1, count);
  store8(to + 3 * outPixel, d0, d1, count);
}

/** One place by eight outputs. */
function single(
  x: usize,
  line: usize,
  filterRows: usize,
  stretch: usize,
  weights: usize,
  to: usize,
  count: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  for (let ky: usize = 0; ky < filterRows; ky++) {
    let at = x + ky * line;
    const end = at + stretch;
    for (; at < end; at += 4) {
      const a = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(a, v128.load(weights)));
      a1 = f32x4.add(a1, f32x4.mul(a, v128.load(weights, 16)));
      weights += 32;
    }
  }
  store8(to, a0, a1, count);
}
