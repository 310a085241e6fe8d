import { decimalsOf, plainNumber } from './numbers.js';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** One direction of a chart: which values it shows and where. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  /** Within min..max, ascending. */
  readonly ticks: readonly Tick[];
  /** Place of a value between min (0) and max (1). */
  readonly position: (value: number) => number;
}

/** The largest of 1, 2 and 5 times a power of ten that divides `span` into at least `parts`. */
export function niceStep(span: number, parts: number): number {
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const factor = [5, 2, 1].find((nice) => nice * power <= rough * (1 + 1e-9)) ?? 1;
  return factor * power;
}

/** Multiples of `step` within min..max. */
function multiples(step: number, min: number, max: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  // 3 * 0.1 is 0.30000000000000004, which nobody wants to read.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function linear(min: number, max: number, step: number): Axis {
  const values = multiples(step, min, max);
  const decimals = decimalsOf(values, step / 1000);
  return {
    min,
    max,
    ticks: values.map((value) => ({ value, label: plainNumber(value, decimals) })),
    position: (value) => (value - min) / (max - min),
  };
}

/** Lengths below it are none: steps of such an axis would be lost in rounding. */
const LEAST = 1e-100;

/** Room around a single value, or several that hardly differ, so that an axis has a length. */
function spread(min: number, max: number): readonly [number, number] {
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > Math.max(size * 1e-9, LEAST)) return [min, max];
  const room = size <= LEAST ? 1 : size / 10;
  return [min - room, max + room];
}

const PARTS = 4;

/** From one tick to another: the smallest such axis that holds min..max. */
export function tickedAxis(min: number, max: number): Axis {
  const [low, high] = spread(min, max);
  const step = niceStep(high - low, PARTS);
  return linear(Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step);
}

/** min..max with a share `room` of its length free at both ends; ticks where they fall. */
export function roomyAxis(min: number, max: number, room: number): Axis {
  const [low, high] = spread(min, max);
  const free = (high - low) * room;
  return linear(low - free, high + free, niceStep(high - low + 2 * free, PARTS));
}

/** Bars: zero and all of min..max, with a share `room` of its length free beyond the bars. */
export function barAxis(min: number, max: number, room: number): Axis {
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  const span = high - low <= LEAST ? 1 : high - low;
  return linear(
    low < 0 ? low - span * room : low,
    high > 0 || low === 0 ? low + span * (1 + room) : high,
    niceStep(span, PARTS),
  );
}

const MOST_POWERS = 10;

/** Ticks at powers of two; for values of at least 1e-100. */
export function log2Axis(min: number, max: number): Axis {
  const [low, high] = [Math.log2(min), Math.log2(max)];
  const room = Math.min(0.75, Math.max(0.25, (high - low) * 0.05));
  const inside = Math.floor(high + room) - Math.ceil(low - room) >= 1;
  const from = inside ? low - room : Math.floor(low - 0.01);
  const to = inside ? high + room : Math.ceil(high + 0.01);
  const stride = Math.ceil((to - from) / MOST_POWERS);
  const exponents = multiples(stride, from, to);
  return {
    min: 2 ** from,
    max: 2 ** to,
    ticks: exponents.map((exponent) => ({
      value: 2 ** exponent,
      label: exponent < 0 ? `1/${plainNumber(2 ** -exponent, 0)}` : plainNumber(2 ** exponent, 0),
    })),
    position: (value) => (Math.log2(value) - from) / (to - from),
  };
}

/** How counts become heights: as they are, or so that small ones show beside a large one. */
export type CountScale = 'linear' | 'sqrt' | 'log';

const HEIGHTS: Readonly<Record<CountScale, (count: number) => number>> = {
  linear: (count) => count,
  sqrt: Math.sqrt,
  // One more, so that no count has height 0.
  log: (count) => Math.log1p(count),
};

const LEAST_GAP = 0.09;

/** 0..max, ticks at 1, 2 and 5 times powers of ten, as many as there is room for. */
export function countAxis(max: number, scale: CountScale): Axis {
  const top = max === 0 ? 1 : max;
  if (scale === 'linear') return barAxis(0, top, 0.04);
  const height = HEIGHTS[scale];
  const end = height(top) * 1.04;
  const position = (count: number): number => height(count) / end;
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(top)); power >= 0; power--) {
    for (const factor of [5, 2, 1]) {
      const value = factor * 10 ** power;
      const above = values[0];
      if (value > top || position(value) < LEAST_GAP) continue;
      if (above === undefined || position(above) - position(value) >= LEAST_GAP) values.unshift(value);
    }
  }
  return {
    min: 0,
    max: top,
    ticks: [0, ...values].map((value) => ({ value, label: plainNumber(value, 0) })),
    position,
  };
}
