// Sums over the places of a convolution; see ../../filter-sums.ts.
// Vectors and tiles may reach into the next place (or, at the end, behind the values, where the memory must go on for 28
// bytes): what comes of it stays in rows and columns of the sums that nobody reads.

import { addTotals } from './finish';
import { padPicture } from './pad';

/** So many places are passed for each tile, so that they stay in the nearest cache. */
const BLOCK: usize = 64;

/**
 * What lies under a row of a filter is one stretch of memory, so a window is `filterRows` stretches of filterColumns *
 * inputs values. Tiles of four of those by eight outputs are summed up in registers.
 *
 * Adds to sums[filterRows][filterColumns * inputs, rounded up to four][outputs, rounded up to eight] for each weight the
 * sum over pictures and places of the value of x under it times dy.
 *
 * @param x - [pictures][xRows][xColumns][inputs], zeros outside: `top` rows above and `left` columns before it.
 * @param dy - [pictures][rows][columns][outputs].
 * @param scratch - room for one padded picture: [(rows-1) * down + filterRows][(columns-1) * right + filterColumns][inputs].
 */
export function filterSums(
  x: usize,
  xRows: usize,
  xColumns: usize,
  top: isize,
  left: isize,
  dy: usize,
  pictures: usize,
  rows: usize,
  columns: usize,
  inputs: usize,
  outputs: usize,
  down: usize,
  right: usize,
  filterRows: usize,
  filterColumns: usize,
  scratch: usize,
  sums: usize,
): void {
  const pixel = inputs << 2;
  const outPixel = outputs << 2;
  const stretch = filterColumns * pixel;
  const pitch: usize = ((outputs + 7) & ~7) << 2;
  const plane = ((filterColumns * inputs + 3) & ~3) * pitch;
  const padRows = (rows - 1) * down + filterRows;
  const padColumns = (columns - 1) * right + filterColumns;
  const fits = top == 0 && left == 0 && padRows == xRows && padColumns == xColumns;
  const rowsAtOnce = max<usize>(BLOCK / columns, 1);
  const line = padColumns * pixel;
  for (let n: usize = 0; n < pictures; n++) {
    let picture = x + n * xRows * xColumns * pixel;
    if (!fits) {
      padPicture(picture, xRows, xColumns, 1, 1, top, left, scratch, padRows, padColumns, pixel);
      picture = scratch;
    }
    for (let row: usize = 0; row < rows; row += rowsAtOnce) {
      const count = min(rowsAtOnce, rows - row);
      const errors = dy + (n * rows + row) * columns * outPixel;
      for (let ky: usize = 0; ky < filterRows; ky++) {
        const first = picture + (row * down + ky) * line;
        for (let j: usize = 0; j < stretch; j += 16) {
          const to = sums + ky * plane + (j >> 2) * pitch;
          for (let o: usize = 0; o < outPixel; o += 32) {
            if (outPixel - o > 16) {
              tile8(
                first + j,
                down * line,
                right * pixel,
                errors + o,
                count,
                columns,
                outPixel,
                to + o,
                pitch,
              );
            } else {
              tile4(
                first + j,
                down * line,
                right * pixel,
                errors + o,
                count,
                columns,
                outPixel,
                to + o,
                pitch,
              );
            }
          }
        }
      }
    }
  }
}

function add(at: usize, sum: v128): void {
  v128.store(at, f32x4.add(v128.load(at), sum));
}

/** Four values under the filter by eight outputs. */
function tile8(
  x: usize,
  nextRow: usize,
  nextPlace: usize,
  dy: usize,
  rows: usize,
  columns: usize,
  outPixel: usize,
  to: usize,
  pitch: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  for (let row: usize = 0; row < rows; row++) {
    let at = x + row * nextRow;
    const end = dy + columns * outPixel;
    for (; dy < end; dy += outPixel) {
      const e0 = v128.load(dy);
      const e1 = v128.load(dy, 16);
      const a = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(a, e0));
      a1 = f32x4.add(a1, f32x4.mul(a, e1));
      const b = v128.load32_splat(at, 4);
      b0 = f32x4.add(b0, f32x4.mul(b, e0));
      b1 = f32x4.add(b1, f32x4.mul(b, e1));
      const c = v128.load32_splat(at, 8);
      c0 = f32x4.add(c0, f32x4.mul(c, e0));
      c1 = f32x4.add(c1, f32x4.mul(c, e1));
      const d = v128.load32_splat(at, 12);
      d0 = f32x4.add(d0, f32x4.mul(d, e0));
      d1 = f32x4.add(d1, f32x4.mul(d, e1));
      at += nextPlace;
    }
  }
  add(to, a0);
  add(to + 16, a1);
  add(to + pitch, b0);
  add(to + pitch + 16, b1);
  add(to + 2 * pitch, c0);
  add(to + 2 * pitch + 16, c1);
  add(to + 3 * pitch, d0);
  add(to + 3 * pitch + 16, d1);
}

/** Four values under the filter by four outputs. */
function tile4(
  x: usize,
  nextRow: usize,
  nextPlace: usize,
  dy: usize,
  rows: usize,
  columns: usize,
  outPixel: usize,
  to: usize,
  pitch: usize,
): void {
  let a0 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  for (let row: usize = 0; row < rows; row++) {
    let at = x + row * nextRow;
    const end = dy + columns * outPixel;
    for (; dy < end; dy += outPixel) {
      const e0 = v128.load(dy);
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(at), e0));
      b0 = f32x4.add(b0, f32x4.mul(v128.load32_splat(at, 4), e0));
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(at, 8), e0));
      d0 = f32x4.add(d0, f32x4.mul(v128.load32_splat(at, 12), e0));
      at += nextPlace;
    }
  }
  add(to, a0);
  add(to + pitch, b0);
  add(to + 2 * pitch, c0);
  add(to + 3 * pitch, d0);
}

/**
 * Adds to totals[filterRows][filterColumns][channels, rounded up to four], f64, for each weight the sum over pictures
 * and places of the value of x under it times dy. Sums are kept in f32 within a picture.
 *
 * @param x - [pictures][xRows][xColumns][channels], zeros outside: `top` rows above and `left` columns before it.
 * @param dy - [pictures][rows][columns][channels].
 * @param scratch - room for one padded picture: [(rows-1) * down + filterRows][(columns-1) * right + filterColumns][channels].
 */
export function depthwiseFilterSums(
  x: usize,
  xRows: usize,
  xColumns: usize,
  top: isize,
  left: isize,
  dy: usize,
  pictures: usize,
  rows: usize,
  columns: usize,
  channels: usize,
  down: usize,
  right: usize,
  filterRows: usize,
  filterColumns: usize,
  scratch: usize,
  totals: usize,
): void {
  const pixel = channels << 2;
  const totalsPixel = ((channels + 3) & ~3) << 3;
  const padRows = (rows - 1) * down + filterRows;
  const padColumns = (columns - 1) * right + filterColumns;
  for (let n: usize = 0; n < pictures; n++) {
    padPicture(
      x + n * xRows * xColumns * pixel,
      xRows,
      xColumns,
      1,
      1,
      top,
      left,
      scratch,
      padRows,
      padColumns,
      pixel,
    );
    const errors = dy + n * rows * columns * pixel;
    for (let lane: usize = 0; lane < pixel; lane += 16) {
      for (let ky: usize = 0; ky < filterRows; ky++) {
        for (let kx: usize = 0; kx < filterColumns; kx += 3) {
          const taps = filterColumns - kx;
          const second: usize = taps > 1 ? pixel : 0;
          const third: usize = taps > 2 ? pixel << 1 : 0;
          let sum = f32x4.splat(0);
          let sum2 = f32x4.splat(0);
          let sum3 = f32x4.splat(0);
          for (let row: usize = 0; row < rows; row++) {
            let at = scratch + ((row * down + ky) * padColumns + kx) * pixel + lane;
            let to = errors + row * columns * pixel + lane;
            const end = to + columns * pixel;
            for (; to < end; to += pixel) {
              const d = v128.load(to);
              sum = f32x4.add(sum, f32x4.mul(d, v128.load(at)));
              sum2 = f32x4.add(sum2, f32x4.mul(d, v128.load(at + second)));
              sum3 = f32x4.add(sum3, f32x4.mul(d, v128.load(at + third)));
              at += right * pixel;
            }
          }
          const total = totals + (ky * filterColumns + kx) * totalsPixel + 2 * lane;
          addTotals(total, sum);
          if (taps > 1) addTotals(total + totalsPixel, sum2);
          if (taps > 2) addTotals(total + 2 * totalsPixel, sum3);
        }
      }
    }
  }
}
