// What follows the sums of a stage, for activation functions that are a clipped line; see ../../finish.ts.
// Values lie in rows of `width` floats, a multiple of four; what belongs to a channel (k, b, ...) is one such row.
// A block of rows is passed once for each four columns, so that all that belongs to them stays in registers and the
// block itself in the nearest cache. Sums are kept in f32 within a block and in f64 across blocks.

/** Rows in a block. */
const BLOCK: usize = 64;

/** Adds four f32 sums to four f64 totals at `at`. */
export function addTotals(at: usize, sums: v128): void {
  const high = v128.shuffle<i32>(sums, sums, 2, 3, 2, 3);
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(sums)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(high)), 16);
}

/** Adds to the f64 rows `sums` and `squares` those of z - pivot, by columns. */
export function statistics(
  z: usize,
  rows: usize,
  width: usize,
  pivot: usize,
  sums: usize,
  squares: usize,
): void {
  const apart = width << 2;
  for (let start: usize = 0; start < rows; start += BLOCK) {
    const first = z + start * apart;
    const size = min(BLOCK, rows - start) * apart;
    for (let lane: usize = 0; lane < apart; lane += 16) {
      const origin = v128.load(pivot + lane);
      let sum = f32x4.splat(0);
      let square = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let square2 = f32x4.splat(0);
      const end = first + lane + size;
      let at = first + lane;
      for (; at + apart < end; at += 2 * apart) {
        const value = f32x4.sub(v128.load(at), origin);
        const value2 = f32x4.sub(v128.load(at + apart), origin);
        sum = f32x4.add(sum, value);
        square = f32x4.add(square, f32x4.mul(value, value));
        sum2 = f32x4.add(sum2, value2);
        square2 = f32x4.add(square2, f32x4.mul(value2, value2));
      }
      if (at < end) {
        const value = f32x4.sub(v128.load(at), origin);
        sum = f32x4.add(sum, value);
        square = f32x4.add(square, f32x4.mul(value, value));
      }
      addTotals(sums + 2 * lane, f32x4.add(sum, sum2));
      addTotals(squares + 2 * lane, f32x4.add(square, square2));
    }
  }
}

/** y = z * k + b clipped to low..high; with `rounds` the nearest whole number to that, times step. */
export function lineForward(
  z: usize,
  y: usize,
  rows: usize,
  width: usize,
  k: usize,
  b: usize,
  low: f32,
  high: f32,
  step: f32,
  rounds: bool,
): void {
  const apart = width << 2;
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  const unit = f32x4.splat(step);
  const half = f32x4.splat(0.5);
  const back = y - z;
  for (let start: usize = 0; start < rows; start += BLOCK) {
    const first = z + start * apart;
    const size = min(BLOCK, rows - start) * apart;
    for (let lane: usize = 0; lane < apart; lane += 16) {
      const factor = v128.load(k + lane);
      const summand = v128.load(b + lane);
      const end = first + lane + size;
      if (rounds) {
        for (let at = first + lane; at < end; at += apart) {
          const v = f32x4.add(f32x4.mul(v128.load(at), factor), summand);
          const clipped = f32x4.pmin(f32x4.pmax(v, least), most);
          v128.store(at + back, f32x4.mul(f32x4.floor(f32x4.add(clipped, half)), unit));
        }
      } else {
        for (let at = first + lane; at < end; at += apart) {
          const v = f32x4.add(f32x4.mul(v128.load(at), factor), summand);
          v128.store(at + back, f32x4.pmin(f32x4.pmax(v, least), most));
        }
      }
    }
  }
}

/**
 * Adds to the f64 rows `shift` and `gamma`, by columns, the sums of dy and of dy * (z - mean) over the places with
 * low <= v < high, where v = z * k + b. With `rounds`, gives the sum of dy * (rounded v) over all places less that of
 * dy * v over those; else 0.
 */
export function lineSums(
  z: usize,
  dy: usize,
  rows: usize,
  width: usize,
  k: usize,
  b: usize,
  mean: usize,
  low: f32,
  high: f32,
  rounds: bool,
  shift: usize,
  gamma: usize,
): f64 {
  const apart = width << 2;
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  const half = f32x4.splat(0.5);
  const back = dy - z;
  let total = f64x2.splat(0);
  for (let start: usize = 0; start < rows; start += BLOCK) {
    const first = z + start * apart;
    const size = min(BLOCK, rows - start) * apart;
    for (let lane: usize = 0; lane < apart; lane += 16) {
      const factor = v128.load(k + lane);
      const summand = v128.load(b + lane);
      const middle = v128.load(mean + lane);
      let plain = f32x4.splat(0);
      let scaled = f32x4.splat(0);
      const end = first + lane + size;
      if (rounds) {
        let steps = f32x4.splat(0);
        for (let at = first + lane; at < end; at += apart) {
          const x = v128.load(at);
          const d = v128.load(at + back);
          const v = f32x4.add(f32x4.mul(x, factor), summand);
          const through = v128.and(d, v128.and(f32x4.ge(v, least), f32x4.lt(v, most)));
          const rounded = f32x4.floor(f32x4.add(f32x4.pmin(f32x4.pmax(v, least), most), half));
          steps = f32x4.add(steps, f32x4.sub(f32x4.mul(d, rounded), f32x4.mul(through, v)));
          plain = f32x4.add(plain, through);
          scaled = f32x4.add(scaled, f32x4.mul(through, f32x4.sub(x, middle)));
        }
        total = f64x2.add(total, f64x2.promote_low_f32x4(steps));
        total = f64x2.add(total, f64x2.promote_low_f32x4(v128.shuffle<i32>(steps, steps, 2, 3, 2, 3)));
      } else {
        for (let at = first + lane; at < end; at += apart) {
          const x = v128.load(at);
          const v = f32x4.add(f32x4.mul(x, factor), summand);
          const through = v128.and(v128.load(at + back), v128.and(f32x4.ge(v, least), f32x4.lt(v, most)));
          plain = f32x4.add(plain, through);
          scaled = f32x4.add(scaled, f32x4.mul(through, f32x4.sub(x, middle)));
        }
      }
      addTotals(shift + 2 * lane, plain);
      addTotals(gamma + 2 * lane, scaled);
    }
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

/** dz = dy * scale where low <= v < high (v = z * k + b), else 0; less z * p + q. May be written over z or dy. */
export function lineBackward(
  z: usize,
  dy: usize,
  dz: usize,
  rows: usize,
  width: usize,
  k: usize,
  b: usize,
  low: f32,
  high: f32,
  scale: usize,
  p: usize,
  q: usize,
): void {
  const apart = width << 2;
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  const back = dy - z;
  const out = dz - z;
  for (let start: usize = 0; start < rows; start += BLOCK) {
    const first = z + start * apart;
    const size = min(BLOCK, rows - start) * apart;
    for (let lane: usize = 0; lane < apart; lane += 16) {
      const factor = v128.load(k + lane);
      const summand = v128.load(b + lane);
      const times = v128.load(scale + lane);
      const slope = v128.load(p + lane);
      const offset = v128.load(q + lane);
      const end = first + lane + size;
      for (let at = first + lane; at < end; at += apart) {
        const x = v128.load(at);
        const v = f32x4.add(f32x4.mul(x, factor), summand);
        const through = v128.and(v128.load(at + back), v128.and(f32x4.ge(v, least), f32x4.lt(v, most)));
        const less = f32x4.add(f32x4.mul(x, slope), offset);
        v128.store(at + out, f32x4.sub(f32x4.mul(through, times), less));
      }
    }
  }
}
