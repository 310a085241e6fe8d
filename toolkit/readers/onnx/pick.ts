import type { Call } from './call.js';
import type { Value } from './value.js';

/** The most parts that one tensor is put together from. */
export const MOST_RUNS = 256;

/** Consecutive indices, the last one included. */
interface Run {
  readonly first: number;
  readonly last: number;
}

/** The values at some indices along an axis, in that order: slices, joined. */
export function pick(call: Call, value: Value, axis: number, indices: readonly number[]): Value {
  const runs = runsOf(indices);
  if (runs.length > MOST_RUNS)
    throw call.fail(`values from ${runs.length} places; ${MOST_RUNS} are supported`);
  if (runs.length === 0) return slice(call, value, axis, 0, 0);
  const parts = runs.map(({ first, last }) => slice(call, value, axis, first, last + 1));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : call.apply({ kind: 'concat', axis }, parts);
}

/** From `begin` up to `end`, which is left out, along one axis, every `step`-th. */
export function slice(call: Call, value: Value, axis: number, begin: number, end: number, step = 1): Value {
  const { sizes } = value;
  if (begin === 0 && end === sizes[axis] && step === 1) return value;
  return call.apply(
    {
      kind: 'slice',
      begin: sizes.map((_, k) => (k === axis ? begin : 0)),
      end: sizes.map((size, k) => (k === axis ? end : size)),
      step: sizes.map((_, k) => (k === axis ? step : 1)),
    },
    [value],
  );
}

function runsOf(indices: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const index of indices) {
    const before = runs.at(-1);
    if (before?.last === index - 1) runs[runs.length - 1] = { first: before.first, last: index };
    else runs.push({ first: index, last: index });
  }
  return runs;
}
