import { onGrid } from './fft.js';

/** A triangle over the bins of a spectrum. */
export interface MelFilter {
  /** The first bin with a weight. */
  readonly first: number;
  /** Weights of the bins from `first` on, above 0 and up to 1. */
  readonly weights: readonly number[];
}

/** The mel scale of O'Shaughnessy: equal steps are heard as equal. */
const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const hertz = (mels: number): number => 700 * (10 ** (mels / 2595) - 1);

/**
 * `bands` triangles whose corners lie at equal distances on the mel scale from `lowest` to `highest` Hz: each rises from 0 at
 * the peak of the one before to 1 at its own and falls to 0 at the peak of the next. `binWidth`: Hz from bin to bin.
 */
export function melFilters(
  bands: number,
  lowest: number,
  highest: number,
  binWidth: number,
): readonly MelFilter[] {
  const step = (mel(highest) - mel(lowest)) / (bands + 1);
  const corner = (i: number): number => hertz(mel(lowest) + i * step) / binWidth;
  return Array.from({ length: bands }, (_, band) => {
    const [from, peak, to] = [corner(band), corner(band + 1), corner(band + 2)];
    const first = Math.floor(from) + 1;
    const weights = Array.from({ length: Math.max(0, Math.ceil(to) - first) }, (_unused, i) => {
      const bin = first + i;
      return onGrid(bin < peak ? (bin - from) / (peak - from) : (to - bin) / (to - peak));
    });
    return { first, weights };
  });
}
