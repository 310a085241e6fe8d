// The way back through an average pool; see ../../gradient-kernels.ts.

/**
 * Writes dx[pictures][rows][columns][channels]: each value is the sum of dy * scale over the windows that it lies in.
 *
 * @param dy - [pictures][outRows][outColumns][channels]; no window reaches outside.
 */
export function averagePoolBackward(
  dy: usize,
  outRows: usize,
  outColumns: usize,
  dx: usize,
  pictures: usize,
  rows: usize,
  columns: usize,
  channels: usize,
  height: usize,
  width: usize,
  down: usize,
  right: usize,
  scale: f32,
): void {
  const pixel = channels << 2;
  const vectors = pixel & ~15;
  const factor = f32x4.splat(scale);
  memory.fill(dx, 0, pictures * rows * columns * pixel);
  let from = dy;
  for (let n: usize = 0; n < pictures; n++) {
    for (let row: usize = 0; row < outRows; row++) {
      for (let column: usize = 0; column < outColumns; column++) {
        for (let y: usize = 0; y < height; y++) {
          let to = dx + ((n * rows + row * down + y) * columns + column * right) * pixel;
          for (let x: usize = 0; x < width; x++) {
            for (let lane: usize = 0; lane < vectors; lane += 16) {
              const part = f32x4.mul(v128.load(from + lane), factor);
              v128.store(to + lane, f32x4.add(v128.load(to + lane), part));
            }
            for (let lane = vectors; lane < pixel; lane += 4) {
              store<f32>(to + lane, load<f32>(to + lane) + load<f32>(from + lane) * scale);
            }
            to += pixel;
          }
        }
        from += pixel;
      }
    }
  }
}
