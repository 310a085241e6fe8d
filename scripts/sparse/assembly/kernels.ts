// AssemblyScript: the loops of the trainer of sparse networks. Rows hold one float per picture of a batch, whose size is a multiple of 16.
export function forward(
  x: usize,
  idx: usize,
  w: usize,
  bias: usize,
  a: usize,
  neurons: i32,
  fan: i32,
  batch: i32,
): void {
  for (let j = 0; j < neurons; j++) {
    const out = a + <usize>(j * batch) * 4;
    const b = f32x4.splat(load<f32>(bias + <usize>j * 4));
    const list = idx + <usize>(j * fan) * 4,
      wl = w + <usize>(j * fan) * 4;
    for (let s = 0; s < batch; s += 16) {
      let s0 = b,
        s1 = b,
        s2 = b,
        s3 = b;
      for (let k = 0; k < fan; k++) {
        const row = x + <usize>(load<i32>(list + <usize>k * 4) * batch + s) * 4;
        const ww = f32x4.splat(load<f32>(wl + <usize>k * 4));
        s0 = f32x4.add(s0, f32x4.mul(ww, v128.load(row)));
        s1 = f32x4.add(s1, f32x4.mul(ww, v128.load(row, 16)));
        s2 = f32x4.add(s2, f32x4.mul(ww, v128.load(row, 32)));
        s3 = f32x4.add(s3, f32x4.mul(ww, v128.load(row, 48)));
      }
      const to = out + <usize>s * 4;
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
  }
}
// y = a >= 0, with derivative d = max(0, 1 - |a| * inv) written over a
export function step(a: usize, y: usize, n: i32, inv: f32): void {
  const one = f32x4.splat(1),
    zero = f32x4.splat(0),
    iv = f32x4.splat(inv);
  for (let i = 0; i < n; i += 4) {
    const p = a + <usize>i * 4;
    const v = v128.load(p);
    v128.store(y + <usize>i * 4, v128.and(f32x4.ge(v, zero), one));
    v128.store(p, f32x4.mul(iv, f32x4.max(zero, f32x4.sub(one, f32x4.mul(f32x4.abs(v), iv)))));
  }
}
// delta (over a): d * dy
export function times(a: usize, dy: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const p = a + <usize>i * 4;
    v128.store(p, f32x4.mul(v128.load(p), v128.load(dy + <usize>i * 4)));
  }
}
function hsum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)
  );
}
// sum_s a[s] b[s]
function dot(a: usize, b: usize, batch: i32): f32 {
  let s0 = f32x4.splat(0),
    s1 = s0;
  for (let s = 0; s < batch; s += 8) {
    const o = <usize>s * 4;
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + o), v128.load(b + o)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + o, 16), v128.load(b + o, 16)));
  }
  return hsum(f32x4.add(s0, s1));
}
// gradients of weights and biases; if dx != 0 also adds to gradient of inputs
export function backward(
  x: usize,
  idx: usize,
  w: usize,
  delta: usize,
  gw: usize,
  gb: usize,
  dx: usize,
  neurons: i32,
  fan: i32,
  batch: i32,
): void {
  for (let j = 0; j < neurons; j++) {
    const d = delta + <usize>(j * batch) * 4;
    let t = f32x4.splat(0);
    for (let s = 0; s < batch; s += 4) t = f32x4.add(t, v128.load(d + <usize>s * 4));
    store<f32>(gb + <usize>j * 4, hsum(t));
    for (let k = 0; k < fan; k++) {
      const at = <usize>(j * fan + k) * 4;
      const i = load<i32>(idx + at);
      const row = x + <usize>(i * batch) * 4;
      store<f32>(gw + at, dot(d, row, batch));
      if (dx != 0) {
        const ww = f32x4.splat(load<f32>(w + at));
        const to = dx + <usize>(i * batch) * 4;
        for (let s = 0; s < batch; s += 4) {
          const o = <usize>s * 4;
          v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(ww, v128.load(d + o))));
        }
      }
    }
  }
}
// dense gradient: g[j][i] = sum_s delta[j][s] x[i][s]
export function dense(x: usize, delta: usize, g: usize, neurons: i32, inputs: i32, batch: i32): void {
  for (let j = 0; j < neurons; j++) {
    const d = delta + <usize>(j * batch) * 4;
    for (let i = 0; i < inputs; i++) {
      const row = x + <usize>(i * batch) * 4;
      store<f32>(g + <usize>(j * inputs + i) * 4, dot(d, row, batch));
    }
  }
}
export function adam(p: usize, g: usize, m: usize, v: usize, n: i32, rate: f32, c2: f32): void {
  for (let i = 0; i < n; i++) {
    const o = <usize>i * 4;
    const gg = load<f32>(g + o);
    const mm: f32 = <f32>0.9 * load<f32>(m + o) + <f32>0.1 * gg;
    const vv: f32 = <f32>0.999 * load<f32>(v + o) + <f32>0.001 * gg * gg;
    store<f32>(m + o, mm);
    store<f32>(v + o, vv);
    store<f32>(p + o, load<f32>(p + o) - (rate * mm) / (sqrt<f32>(vv / c2) + <f32>1e-8));
  }
}
