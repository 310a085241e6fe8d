import type { StageQuantization } from './build-quantized.js';
import type { Tensor } from './float-pass.js';

type Fit = Pick<StageQuantization, 'scale' | 'bias'>;

/** Per channel the bias with which the sums keep their mean. */
export function fitBiases(got: Tensor, wanted: Tensor, channels: number): Fit {
  const { meanGot, meanWanted } = moments(got, wanted, channels);
  return { scale: null, bias: Float32Array.from(meanWanted, (mean, c) => mean - (meanGot[c] ?? 0)) };
}

/** Per channel the scale and bias of least squared error; the scale stays within a factor of 2 of `start`. */
export function fitScales(got: Tensor, wanted: Tensor, channels: number, start: Float32Array | null): Fit {
  const { meanGot, meanWanted, variance, covariance } = moments(got, wanted, channels);
  const scale = Float32Array.from(variance, (own, c) => {
    const before = start?.[c] ?? 1;
    const fitted = own > 0 ? (covariance[c] ?? 0) / own : before;
    return Math.min(Math.max(fitted, before / 2), before * 2);
  });
  const bias = Float32Array.from(meanWanted, (mean, c) => mean - (scale[c] ?? 1) * (meanGot[c] ?? 0));
  return { scale, bias };
}

function moments(got: Tensor, wanted: Tensor, channels: number) {
  const [x, y, xx, xy] = Array.from({ length: 4 }, () => new Float64Array(channels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let count = 0;
  got.forEach((values, i) => {
    const other = wanted[i] ?? values;
    count += values.length / channels;
    for (let at = 0; at < values.length; at++) {
      const c = at % channels;
      const a = values[at] ?? 0;
      const b = other[at] ?? 0;
      x[c] = (x[c] ?? 0) + a;
      y[c] = (y[c] ?? 0) + b;
      xx[c] = (xx[c] ?? 0) + a * a;
      xy[c] = (xy[c] ?? 0) + a * b;
    }
  });
  const meanGot = x.map((sum) => sum / count);
  const meanWanted = y.map((sum) => sum / count);
  return {
    meanGot,
    meanWanted,
    variance: xx.map((sum, c) => sum / count - (meanGot[c] ?? 0) ** 2),
    covariance: xy.map((sum, c) => sum / count - (meanGot[c] ?? 0) * (meanWanted[c] ?? 0)),
  };
}
