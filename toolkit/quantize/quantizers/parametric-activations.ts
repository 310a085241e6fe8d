import { ascending } from './ascending.js';
import { EXPONENTIAL } from './exponential.js';
import type { HalfLine } from './half-line.js';
import { HALF_NORMAL } from './half-normal.js';
import { leastErrorTable, type LeastErrorTable } from './least-error-table.js';
import type { ActivationScheme } from './scheme.js';

/**
 * Parametric, least squared error (TBNU's parametric kind). The distribution has a point mass at 0, which the level 0
 * carries without error, and on either side of it a scale of its own:
 *
 *     positive values ~ s+ * X,   negative values ~ -s- * X
 *     X exponential, s = mean |y|,   or half-normal, s = sqrt(mean y^2)
 *
 * Both are fitted by maximum likelihood, and the one with the larger likelihood is taken for the tensor: sums of few
 * terms tend to the normal, tensors with rare strong responses to the exponential (both sides together: Gaussian or
 * Laplacian). With 0 a level, the two sides have no cell in common, so each has Lloyd and Max's levels of its half
 * (`leastErrorTable`), and the count is divided between them such that the squared error of the whole is least. A
 * rectified tensor has one side only, a symmetric one equal sides. The function's range cuts the distribution off:
 * beyond it lies nothing, and what would lie there counts at its end, where the function saturates. In the unit of the
 * values.
 */
export const parametricActivationLevels: ActivationScheme = (values, count, range) => {
  const { positive, negative } = measure(values);
  const family =
    logLikelihood('exponential', positive) + logLikelihood('exponential', negative) >
    logLikelihood('half-normal', positive) + logLikelihood('half-normal', negative)
      ? 'exponential'
      : 'half-normal';
  const above = fit(family, positive, range.greatest);
  const below = fit(family, negative, -range.least);

  let best = { gain: -1, below: [] as readonly number[], above: [] as readonly number[] };
  for (let k = 0; k < count; k++) {
    // A side without values has no use for levels.
    if ((k > 0 && negative.count === 0) || (k < count - 1 && positive.count === 0)) continue;
    const [lower, upper] = [below.table(k), above.table(count - 1 - k)];
    const gain = below.weight * lower.gain + above.weight * upper.gain;
    if (gain > best.gain) best = { gain, below: lower.levels, above: upper.levels };
  }
  return ascending([
    ...best.below.map((level) => Math.max(-below.scale * level, range.least)),
    0,
    ...best.above.map((level) => Math.min(above.scale * level, range.greatest)),
  ]);
};

/** The values of one side of 0. */
interface Side {
  readonly count: number;
  /** Of the magnitudes. */
  readonly mean: number;
  readonly meanSquare: number;
}

type Family = 'exponential' | 'half-normal';

const HALVES: Readonly<Record<Family, HalfLine>> = { exponential: EXPONENTIAL, 'half-normal': HALF_NORMAL };

function measure(values: Float32Array): { readonly positive: Side; readonly negative: Side } {
  const above = { count: 0, sum: 0, squares: 0 };
  const below = { count: 0, sum: 0, squares: 0 };
  for (const value of values) {
    if (value === 0) continue;
    const side = value > 0 ? above : below;
    side.count++;
    side.sum += Math.abs(value);
    side.squares += value * value;
  }
  const side = ({ count, sum, squares }: typeof above): Side => ({
    count,
    mean: sum / Math.max(count, 1),
    meanSquare: squares / Math.max(count, 1),
  });
  return { positive: side(above), negative: side(below) };
}

const scaleOf = (family: Family, { mean, meanSquare }: Side): number =>
  family === 'exponential' ? mean : Math.sqrt(meanSquare);

/** Of a side's values under the distribution that fits them best. */
function logLikelihood(family: Family, side: Side): number {
  if (side.count === 0) return 0;
  const scale = scaleOf(family, side);
  const each =
    family === 'exponential' ? -Math.log(scale) - 1 : Math.log(2 / Math.PI) / 2 - Math.log(scale) - 1 / 2;
  return side.count * each;
}

/** `reach` is how far the function goes on this side. */
function fit(family: Family, side: Side, reach: number) {
  const scale = scaleOf(family, side);
  return {
    scale,
    /** What a normalised squared error of this side counts in the whole. */
    weight: side.count * scale * scale,
    table: (count: number): LeastErrorTable =>
      leastErrorTable(HALVES[family], count, side.count === 0 ? Infinity : reach / scale),
  };
}
