import type { Apply, Value } from './value.js';

/** [batch, channels, ...] to [batch, ..., channels]. */
export function channelsLast(value: Value, apply: Apply): Value {
  const rank = value.sizes.length;
  if (rank < 3) return value;
  return apply({ kind: 'transpose', order: [0, ...count(2, rank), 1] }, [value]);
}

/** And back. */
export function channelsFirst(value: Value, apply: Apply): Value {
  const rank = value.sizes.length;
  if (rank < 3) return value;
  return apply({ kind: 'transpose', order: [0, rank - 1, ...count(1, rank - 1)] }, [value]);
}

export function reshape(value: Value, sizes: readonly number[], apply: Apply): Value {
  return apply({ kind: 'reshape', sizes }, [value]);
}

/** From `from` up to `to`, which is left out. */
export function count(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);
}
