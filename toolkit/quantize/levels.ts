/**
 * Activation levels of one tensor: `count` equally spaced values, `(index - zero) * step`. Zero is always one of them,
 * so that padding and inactive units are exact.
 */
export interface Levels {
  /** 2..256. */
  readonly count: number;
  readonly step: number;
  /** Index of the level 0. */
  readonly zero: number;
}

export const levelValue = (levels: Levels, index: number): number => (index - levels.zero) * levels.step;

/** Index of the level nearest to `value`; halves go up, as a shift with half a step added does. */
export function levelIndex(levels: Levels, value: number): number {
  const nearest = Math.floor(value / levels.step + 0.5) + levels.zero;
  return Math.min(Math.max(nearest, 0), levels.count - 1);
}

/** The levels with the smallest step that reach from `least` to `greatest`. */
export function levelsCovering(least: number, greatest: number, count: number): Levels {
  const low = Math.max(-least, 0);
  const high = Math.max(greatest, 0);
  if (low === 0 && high === 0) return { count, step: 1, zero: 0 };
  const candidates = Array.from({ length: count }, (_, zero): Levels => {
    const below = low === 0 ? 0 : low / zero;
    const above = high === 0 ? 0 : high / (count - 1 - zero);
    return { count, step: Math.max(below, above), zero };
  });
  return candidates.reduce((best, levels) => (levels.step < best.step ? levels : best));
}

/** The value below which the fraction `q` of `values` lies (nearest rank). */
export function quantile(values: Float32Array, q: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? 0;
}
