import { activate, activationFunction, isWave, type Activation } from '../model/activations.js';
import { powerOfTwo, successive, type Multiple } from './quantizers/multiples.js';

/**
 * Equally spaced activation levels of one tensor: `(index - zero) * step`. Zero is always one of them, so that padding
 * and inactive units are exact.
 */
export interface UniformLevels {
  /** 2..256. */
  readonly count: number;
  readonly step: number;
  /** Index of the level 0. */
  readonly zero: number;
}

/** Activation levels of one tensor in any places: 2..256 ascending values, one of them 0. */
export interface UnevenLevels {
  readonly values: readonly number[];
}

export type Levels = UniformLevels | UnevenLevels;

export const isUniform = (levels: Levels): levels is UniformLevels => 'step' in levels;

export const levelCount = (levels: Levels): number =>
  isUniform(levels) ? levels.count : levels.values.length;

export const zeroIndex = (levels: Levels): number =>
  isUniform(levels) ? levels.zero : levels.values.indexOf(0);

export const levelValue = (levels: Levels, index: number): number =>
  isUniform(levels) ? (index - levels.zero) * levels.step : (levels.values[index] ?? 0);

export const levelValues = (levels: Levels): number[] =>
  Array.from({ length: levelCount(levels) }, (_, index) => levelValue(levels, index));

/** What rounding to seven digits leaves of equal gaps, as a share of a level. */
const EQUAL = 2e-6;

/** Levels as multiples of one step. */
export interface Stepped {
  readonly step: number;
  /** A whole number for each level. */
  readonly multiples: readonly number[];
}

/**
 * Ascending levels, 0 among them, as multiples of one step: successive ones, or the powers of two. Null where there is no
 * such step.
 */
export function asMultiples(levels: readonly number[]): Stepped | null {
  return multiplesAs(successive, levels) ?? multiplesAs(powerOfTwo, levels);
}

function multiplesAs(multiple: Multiple, levels: readonly number[]): Stepped | null {
  const zero = levels.indexOf(0);
  const last = levels.length - 1;
  if (zero === -1 || last === 0) return null;
  const multiples = levels.map((_, k) => multiple(k - zero));
  const farthest = zero > last - zero ? 0 : last;
  const step = (levels[farthest] ?? 0) / (multiples[farthest] ?? 1);
  const exact = levels.every(
    (level, k) => Math.abs(level - (multiples[k] ?? 0) * step) <= EQUAL * Math.abs(level),
  );
  return exact ? { step, multiples } : null;
}

/** What levels stand for to those that read the tensor: of a wave they are levels of the value before it. */
export const levelsAsRead = (levels: Levels, activation: Activation): Levels =>
  isWave(activation) ? { values: levelValues(levels).map((value) => activate(activation, value)) } : levels;

/** Index of the level nearest to `value`; halves go up, as a shift with half a step added does. */
export function levelIndex(levels: Levels, value: number): number {
  if (!isUniform(levels)) {
    const { values } = levels;
    let index = 0;
    while (index + 1 < values.length && value >= ((values[index] ?? 0) + (values[index + 1] ?? 0)) / 2)
      index++;
    return index;
  }
  const nearest = Math.floor(value / levels.step + 0.5) + levels.zero;
  return Math.min(Math.max(nearest, 0), levels.count - 1);
}

/** Stands for a boundary that no sum reaches. */
const UNREACHABLE = 1e30;

/**
 * The values *before* the activation function at which the index of the rounded activation grows: boundary k lies
 * between the indices k and k + 1. Rounding, activation function and clamp in one list: index = how many are <= x.
 *
 * @param channel - of which these are, where channels have activation functions of their own.
 */
export function boundariesBefore(levels: Levels, activation: Activation, channel = 0): number[] {
  const { inverse, least, greatest } = activationFunction(activation, channel);
  const values = levelValues(levels);
  return values.slice(1).map((value, k) => {
    const middle = isUniform(levels) ? (k + 0.5 - levels.zero) * levels.step : (value + (values[k] ?? 0)) / 2;
    if (middle > greatest) return UNREACHABLE;
    const before = middle <= least ? -UNREACHABLE : inverse(middle);
    return Math.min(Math.max(before, -UNREACHABLE), UNREACHABLE);
  });
}

/**
 * The levels with the smallest step that reach from `least` to `greatest`. Two levels, one of them 0, cannot reach both
 * a negative and a positive end: they reach the farther one.
 */
export function levelsCovering(least: number, greatest: number, count: number): UniformLevels {
  const low = Math.max(-least, 0);
  const high = Math.max(greatest, 0);
  if (low === 0 && high === 0) return { count, step: 1, zero: 0 };
  if (count === 2 && low > 0 && high > 0)
    return { count, step: Math.max(low, high), zero: low > high ? 1 : 0 };
  const candidates = Array.from({ length: count }, (_, zero): UniformLevels => {
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
