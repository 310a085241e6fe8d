import { clamp } from '../graph/index.js';

/** An axis of a tensor of this rank, counted from the end if it is negative; null if there is none. */
export function axisOf(axis: number, rank: number): number | null {
  const counted = axis < 0 ? axis + rank : axis;
  return Number.isInteger(counted) && counted >= 0 && counted < rank ? counted : null;
}

/** Sizes with at most one -1, which takes what is left; null if they do not fit the number of values. */
export function resolveSizes(sizes: readonly number[], count: number): readonly number[] | null {
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const left = count / known;
  const resolved = sizes.map((size) => (size === -1 ? left : size));
  const fits =
    resolved.every((size) => Number.isInteger(size) && size >= 0) &&
    resolved.reduce((product, size) => product * size, 1) === count;
  return fits ? resolved : null;
}

/** Settings of TensorFlow's strided slice; bit k of a mask is about entry k of the lists. */
export interface StridedSlice {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** What a strided slice does to a tensor of some sizes: one range per axis, then sizes for what is left. */
export interface SlicePlan {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly step: readonly number[];
  readonly sizes: readonly number[];
}

/** TensorFlow's strided slice as plain ranges and a reshape, or why it is none. */
export function planStridedSlice(slice: StridedSlice, sizes: readonly number[]): SlicePlan | string {
  const { begin, end, strides } = slice;
  if (begin.length !== end.length || begin.length !== strides.length) return 'its lists differ in length';
  const is = (mask: number, entry: number): boolean => ((mask >> entry) & 1) === 1;
  const entries = begin.map((_, k) => k);
  const ellipses = entries.filter((k) => is(slice.ellipsisMask, k));
  if (ellipses.length > 1) return 'it has several ellipses';
  const used = entries.filter((k) => !is(slice.ellipsisMask, k) && !is(slice.newAxisMask, k)).length;
  if (used > sizes.length) return 'it has more ranges than the tensor has axes';
  const ranges: { begin: number; end: number; step: number }[] = [];
  const result: number[] = [];
  const keepWhole = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const size = sizes[ranges.length] ?? 0;
      ranges.push({ begin: 0, end: size, step: 1 });
      result.push(size);
    }
  };
  for (const k of entries) {
    if (is(slice.ellipsisMask, k)) {
      keepWhole(sizes.length - used);
      continue;
    }
    if (is(slice.newAxisMask, k)) {
      result.push(1);
      continue;
    }
    const size = sizes[ranges.length] ?? 0;
    const step = strides[k] ?? 1;
    if (step < 1) return 'only steps above 0 can be read';
    const inside = (index: number): number => clamp(index < 0 ? index + size : index, 0, size);
    const first = begin[k] ?? 0;
    if (is(slice.shrinkAxisMask, k)) {
      const index = axisOf(first, size);
      if (index === null) return `there is no index ${first} along axis ${ranges.length}`;
      ranges.push({ begin: index, end: index + 1, step: 1 });
      continue;
    }
    const from = is(slice.beginMask, k) ? 0 : inside(first);
    const to = Math.max(from, is(slice.endMask, k) ? size : inside(end[k] ?? 0));
    ranges.push({ begin: from, end: to, step });
    result.push(Math.ceil((to - from) / step));
  }
  keepWhole(sizes.length - ranges.length);
  return {
    begin: ranges.map((range) => range.begin),
    end: ranges.map((range) => range.end),
    step: ranges.map((range) => range.step),
    sizes: result,
  };
}
