// Depthwise convolution; see ../../convolve.ts.

import { padPicture } from './pad';
import { storeLanes } from './convolve';

/**
 * Writes y[pictures][rows][columns][channels]: for each place the sum of the values in its window times the filter.
 * Four channels at a time, where the last four may reach into the next place: that is not stored.
 *
 * @param x - [pictures][xRows][xColumns][channels], spread by xDown and xRight as in `padPicture`.
 * @param filter - [filterRows][filterColumns][channels]; `reversed`: from its last row and column to its first.
 * @param scratch - room for one padded picture.
 */
export function convolveDepthwise(
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
  channels: usize,
  down: usize,
  right: usize,
  filterRows: usize,
  filterColumns: usize,
  filter: usize,
  reversed: bool,
  scratch: usize,
): void {
  const pixel = channels << 2;
  const padRows = (rows - 1) * down + filterRows;
  const padColumns = (columns - 1) * right + filterColumns;
  const fits =
    top == 0 && left == 0 && padRows == xRows && padColumns == xColumns && xDown == 1 && xRight == 1;
  const line = padColumns * pixel;
  const nextPlace = right * pixel;
  const firstTap = reversed ? filter + (filterRows * filterColumns - 1) * pixel : filter;
  const nextTap: isize = reversed ? -(<isize>pixel) : pixel;
  let out = y;
  for (let n: usize = 0; n < pictures; n++) {
    let picture = x + n * xRows * xColumns * pixel;
    if (!fits) {
      padPicture(picture, xRows, xColumns, xDown, xRight, top, left, scratch, padRows, padColumns, pixel);
      picture = scratch;
    }
    for (let row: usize = 0; row < rows; row++) {
      for (let lane: usize = 0; lane < pixel; lane += 16) {
        const first = picture + row * down * line + lane;
        const lanes = min<usize>(channels - (lane >> 2), 4);
        let column: usize = 0;
        while (column < columns) {
          // The last four places overlap those before them where they are not a whole tile.
          if (columns >= 4 && column + 4 > columns) column = columns - 4;
          const start = first + column * nextPlace;
          let tap = firstTap + lane;
          let a = f32x4.splat(0);
          if (columns < 4) {
            for (let ky: usize = 0; ky < filterRows; ky++) {
              let at = start + ky * line;
              for (let kx: usize = 0; kx < filterColumns; kx++) {
                a = f32x4.add(a, f32x4.mul(v128.load(tap), v128.load(at)));
                at += pixel;
                tap += nextTap;
              }
            }
            storeLanes(out + column * pixel + lane, a, lanes);
            column++;
            continue;
          }
          let b = f32x4.splat(0);
          let c = f32x4.splat(0);
          let d = f32x4.splat(0);
          for (let ky: usize = 0; ky < filterRows; ky++) {
            let at = start + ky * line;
            for (let kx: usize = 0; kx < filterColumns; kx++) {
              const weight = v128.load(tap);
              a = f32x4.add(a, f32x4.mul(weight, v128.load(at)));
              b = f32x4.add(b, f32x4.mul(weight, v128.load(at + nextPlace)));
              c = f32x4.add(c, f32x4.mul(weight, v128.load(at + 2 * nextPlace)));
              d = f32x4.add(d, f32x4.mul(weight, v128.load(at + 3 * nextPlace)));
              at += pixel;
              tap += nextTap;
            }
          }
          const to = out + column * pixel + lane;
          storeLanes(to, a, lanes);
          storeLanes(to + pixel, b, lanes);
          storeLanes(to + 2 * pixel, c, lanes);
          storeLanes(to + 3 * pixel, d, lanes);
          column += 4;
        }
      }
      out += columns * pixel;
    }
  }
}
