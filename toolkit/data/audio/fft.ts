/** What a transform of one size needs: computed once, used for every frame. */
export interface Fft {
  /** Number of samples, a power of two. */
  readonly size: number;
  /** cos and sin of 2 pi k / size for k below size / 2. */
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
  /** Where each sample goes first: its index with the bits reversed. */
  readonly order: Uint32Array;
}

/**
 * Sines and cosines are approximated by each machine in its own way, in the last bit; of 2^-40 all have the same
 * multiples, and sums and products of these are the same everywhere.
 */
export const onGrid = (value: number): number => Math.round(value * 2 ** 40) / 2 ** 40;

export function createFft(size: number): Fft {
  const bits = Math.log2(size);
  if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`a transform of ${size} samples`);
  const circle = (wave: (angle: number) => number): Float64Array =>
    Float64Array.from({ length: size / 2 }, (_, k) => onGrid(wave((2 * Math.PI * k) / size)));
  const order = Uint32Array.from({ length: size }, (_, i) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
  return { size, cosines: circle(Math.cos), sines: circle(Math.sin), order };
}

/**
 * |X_k|^2 for k = 0 .. size / 2 of X_k = sum of x_n e^(-2 pi i k n / size): Cooley and Tukey's, in place, decimating in time.
 * `samples` may be shorter than the transform; zeros follow.
 */
export function powerSpectrum({ size, cosines, sines, order }: Fft, samples: Float64Array): Float64Array {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let i = 0; i < samples.length; i++) re[order[i] ?? 0] = samples[i] ?? 0;
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cosines[k * stride] ?? 0;
        const s = sines[k * stride] ?? 0;
        const reB = re[b] ?? 0;
        const imB = im[b] ?? 0;
        const turnedRe = reB * c + imB * s;
        const turnedIm = imB * c - reB * s;
        const reA = re[a] ?? 0;
        const imA = im[a] ?? 0;
        re[a] = reA + turnedRe;
        im[a] = imA + turnedIm;
        re[b] = reA - turnedRe;
        im[b] = imA - turnedIm;
      }
    }
  }
  return Float64Array.from(
    { length: size / 2 + 1 },
    (_, k) => (re[k] ?? 0) * (re[k] ?? 0) + (im[k] ?? 0) * (im[k] ?? 0),
  );
}
