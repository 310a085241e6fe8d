// Sums over the places of a depthwise convolution; see ../../depthwise-filter-sums.ts.
// Four channels at a time. Where the last four reach into the next place (or, at the end, behind the values, where the
// memory must go on for 12 bytes), what comes of it stays in columns of `totals` that nobody reads.

import { addTotals } from './finish';
import { padPicture } from './pad';

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
