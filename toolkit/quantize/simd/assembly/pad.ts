/**
 * Copies a picture into one of other size, among zeros: its value at (row, column) comes to (top + row * down, left +
 * column * right), or is left out where that is outside.
 */
export function padPicture(
  from: usize,
  fromRows: usize,
  fromColumns: usize,
  down: usize,
  right: usize,
  top: isize,
  left: isize,
  to: usize,
  toRows: usize,
  toColumns: usize,
  pixel: usize,
): void {
  const line = toColumns * pixel;
  const skipped = max<isize>(-left, 0);
  const before = max<isize>(left, 0);
  const count = max<isize>(min<isize>(fromColumns - skipped, toColumns - before), 0);
  const after = max<isize>(toColumns - before - count, 0);
  for (let row: isize = 0; row < <isize>toRows; row++) {
    const source = (row - top) / <isize>down;
    const target = to + row * line;
    if (row < top || source >= <isize>fromRows || source * <isize>down != row - top) {
      memory.fill(target, 0, line);
    } else if (right == 1) {
      if (before > 0) memory.fill(target, 0, before * pixel);
      memory.copy(target + before * pixel, from + (source * fromColumns + skipped) * pixel, count * pixel);
      if (after > 0) memory.fill(target + (before + count) * pixel, 0, after * pixel);
    } else {
      memory.fill(target, 0, line);
      for (let column: isize = 0; column < <isize>fromColumns; column++) {
        const place = left + column * <isize>right;
        if (place < 0 || place >= <isize>toColumns) continue;
        memory.copy(target + place * pixel, from + (source * fromColumns + column) * pixel, pixel);
      }
    }
  }
}
