import { InputError } from '../errors.js';

/** `count` ascending values for these weights, one of them exactly 0; fewer if the weights have fewer. */
export type WeightScheme = (weights: Float32Array, count: number) => Float32Array;

const SAMPLE = 50_000;
const ITERATIONS = 60;

/** Fixed: equally spaced from minus to plus the largest magnitude (an even count leaves out the lowest level). */
export const uniformWeightLevels: WeightScheme = (weights, count) => {
  const half = Math.max(Math.floor(count / 2), 1);
  const step = largestMagnitude(weights) / half;
  const least = half - count + 1;
  return ascending(Array.from({ length: count }, (_, i) => (i + least) * step));
};

/**
 * Parametric: a Laplacian is fitted (b = mean magnitude) and its levels of least L1 error taken,
 * +/- b * ln(N / (N - 2i)). An even count leaves out the lowest level.
 */
export const laplacianWeightLevels: WeightScheme = (weights, count) => {
  const b = weights.reduce((sum, weight) => sum + Math.abs(weight), 0) / Math.max(weights.length, 1);
  const odd = count % 2 === 1 ? count : count + 1;
  const positive = Array.from({ length: (odd - 1) / 2 }, (_, i) => b * Math.log(odd / (odd - 2 * (i + 1))));
  const all = [...positive.map((value) => -value), 0, ...positive];
  return ascending(count === odd ? all : all.filter((value) => value !== Math.min(...all)));
};

/**
 * Model-free: k-means by Lloyd's algorithm on at most 50,000 evenly picked weights, started at quantiles. The centre
 * nearest to zero is held at zero. No randomness: the same weights give the same levels.
 */
export const kMeansWeightLevels: WeightScheme = (weights, count) => {
  const every = Math.max(1, Math.ceil(weights.length / SAMPLE));
  const sorted = weights.filter((_, i) => i % every === 0).sort();
  const start = Array.from(
    { length: count },
    (_, k) => sorted[Math.floor(((k + 0.5) * sorted.length) / count)] ?? 0,
  );
  return lloyd(sorted, pinZero(start), ITERATIONS);
};

/** Lloyd's iterations from given levels (one of them 0, which stays). `sorted` is ascending. */
function lloyd(sorted: Float32Array, start: Float32Array, iterations: number): Float32Array {
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = (sums[i] ?? 0) + (sorted[i] ?? 0);
  let centres = start;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const bounds = [0, ...boundaries(centres).map((boundary) => countBelow(sorted, boundary)), sorted.length];
    const next = centres.map((centre, k) => {
      const from = bounds[k] ?? 0;
      const to = bounds[k + 1] ?? 0;
      return centre === 0 || from >= to ? centre : ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
    });
    if (next.every((value, k) => value === centres[k])) break;
    centres = next;
  }
  return ascending([...centres]);
}

/** The values half-way between neighbouring levels. */
export function boundaries(levels: Float32Array): number[] {
  return Array.from(levels.subarray(1), (level, k) => (level + (levels[k] ?? 0)) / 2);
}

/** Index of the nearest level for each weight. */
export function nearestLevels(levels: Float32Array, weights: Float32Array): Uint8Array {
  const middles = Float32Array.from(boundaries(levels));
  const indices = new Uint8Array(weights.length);
  // Plain loops: this runs over every weight at every training step.
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    let index = 0;
    for (let k = 0; k < middles.length; k++) if (weight >= (middles[k] ?? 0)) index++;
    indices[i] = index;
  }
  return indices;
}

/** The level at each index. */
export function levelsAt(levels: Float32Array, indices: Uint8Array): Float32Array {
  const values = new Float32Array(indices.length);
  for (let i = 0; i < indices.length; i++) values[i] = levels[indices[i] ?? 0] ?? 0;
  return values;
}

/** How the levels of a layer's weights are chosen, by name. */
export const WEIGHT_SCHEMES = {
  'k-means': kMeansWeightLevels,
  laplacian: laplacianWeightLevels,
  uniform: uniformWeightLevels,
} as const satisfies Record<string, WeightScheme>;

export type WeightSchemeName = keyof typeof WEIGHT_SCHEMES;

/** @throws InputError if |A| or |W| cannot be used. */
export function checkLevelCounts(activationLevels: number, weightLevels: number): void {
  for (const [what, count, least] of [
    ['activation levels', activationLevels, 2],
    ['weight levels', weightLevels, 2],
  ] as const) {
    if (!Number.isInteger(count) || count < least || count > 256) {
      throw new InputError(`${count} ${what}: a whole number from ${least} to 256 is needed`, {
        next: 'Give for example 8x5: 8 activation levels and 5 weight levels.',
      });
    }
  }
}

function pinZero(values: readonly number[]): Float32Array {
  const sorted = Float32Array.from(values).sort();
  let nearest = 0;
  for (let k = 1; k < sorted.length; k++) {
    if (Math.abs(sorted[k] ?? 0) < Math.abs(sorted[nearest] ?? 0)) nearest = k;
  }
  return sorted.map((value, k) => (k === nearest ? 0 : value));
}

const ascending = (values: readonly number[]): Float32Array =>
  Float32Array.from(new Set(Float32Array.from(values, (value) => (value === 0 ? 0 : value)))).sort();

function largestMagnitude(weights: Float32Array): number {
  return weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
}

function countBelow(sorted: Float32Array, boundary: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < boundary) low = middle + 1;
    else high = middle;
  }
  return low;
}
