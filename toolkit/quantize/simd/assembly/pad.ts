/** Copies a picture into one of other size: `top` and `left` zeros before it, and zeros or a cut after it. */
export function padPicture(
  from: usize,
  fromRows: usize,
  fromColumns: usize,
  top: isize,
  left: isize,
  to: usize,
  toRows: usize,
  toColumns: usize,
  pixel: usize,
): void {
  const count = min(fromColumns, toColumns - left);
  const after = toColumns - left - count;
  for (let row: isize = 0; row < <isize>toRows; row++) {
    const line = to + row * toColumns * pixel;
    if (row < top || row >= top + <isize>fromRows) {
      memory.fill(line, 0, toColumns * pixel);
    } else {
      memory.fill(line, 0, left * pixel);
      memory.copy(line + left * pixel, from + (row - top) * fromColumns * pixel, count * pixel);
      if (after > 0) memory.fill(line + (left + count) * pixel, 0, after * pixel);
    }
  }
}
