import {
  range,
  type AccumulatorBounds,
  type Interval,
  type ProductTable,
  type Requantize,
  type Thresholds,
} from '../../../toolkit/network/index.js';
import { between } from '../../support/random.js';
import type { RequantizerKind, StageSpec } from './spec.js';

export type Random = () => number;

export function randomList(random: Random, length: number, min: number, max: number): number[] {
  return Array.from({ length }, () => between(random, min, max));
}

export function pick<T>(random: Random, some: readonly [T, ...T[]]): T {
  return some[between(random, 0, some.length - 1)] ?? some[0];
}

/** A product table with a row per activation level, of which so many entries add up to no more than 31 bits. */
export function randomProducts(
  random: Random,
  activations: number,
  terms: number,
  { table, weightLevels: weights, ...spec }: StageSpec,
): ProductTable {
  const magnitude = Math.max(
    1,
    Math.min(spec.magnitude, Math.floor(2 ** 29 / (terms * activations * weights))),
  );
  if (table === 'arbitrary') {
    const values = randomList(random, activations * weights, -magnitude, magnitude);
    return { activations, weights, values };
  }
  const factors = randomFactors(random, table, magnitude, weights);
  const zero = pick(random, [0, 0, between(random, 0, activations - 1)]);
  const values = Array.from({ length: activations }, (_, a) =>
    factors.map((factor) => (a - zero) * factor + 0),
  );
  return { activations, weights, values: values.flat() };
}

function randomFactors(
  random: Random,
  table: Exclude<StageSpec['table'], 'arbitrary'>,
  magnitude: number,
  weights: number,
): readonly number[] {
  switch (table) {
    case 'steps': {
      const step = between(random, 1, magnitude);
      const first = -pick(random, [Math.floor(weights / 2), Math.floor(weights / 2), 0, 1]);
      return Array.from({ length: weights }, (_, w) => (first + w) * step + 0);
    }
    case 'powers': {
      const most = Math.floor(Math.log2(magnitude));
      return Array.from(
        { length: weights },
        () => pick(random, [1, -1, 0]) * 2 ** between(random, 0, most) + 0,
      );
    }
    case 'uneven':
      return randomList(random, weights, -magnitude, magnitude).sort((a, b) => a - b);
  }
}

/** Weight indices: all levels alike, or most weights of one level. */
export function randomWeights(random: Random, count: number, levels: number): readonly number[] {
  const usual = between(random, 0, levels - 1);
  const share = pick(random, [0, 0, 0.7]);
  return Array.from({ length: count }, () => (random() < share ? usual : between(random, 0, levels - 1)));
}

/** A requantization to at most `levels` indices, of sums with such bounds, which are multiples of `unit` and a bias. */
export function randomRequantize(
  random: Random,
  kind: RequantizerKind,
  levels: number,
  channels: number,
  bounds: AccumulatorBounds,
  unit: number,
): Requantize {
  if (kind === 'shiftTable') return randomShiftTable(random, levels, bounds.final);
  const share = 2 ** -between(random, 0, 3);
  const common = between(random, 0, 6);
  const values = Array.from({ length: channels }, (_, channel) => {
    const own = bounds.channels[channel] ?? bounds.final;
    const any = pick(random, [levels - 1, levels - 1, levels - 1, between(random, 0, levels - 1)]);
    const count = kind === 'powerSpaced' ? 2 ** Math.floor(Math.log2(levels)) - 1 : any;
    return randomThresholds(random, kind, count, own, { share, common, unit });
  });
  return { kind: 'thresholds', values };
}

/** Thresholds of one channel, about the middle of what its sums can be. */
function randomThresholds(
  random: Random,
  kind: Exclude<RequantizerKind, 'shiftTable'>,
  count: number,
  { min, max }: Interval,
  { share, common, unit }: { readonly share: number; readonly common: number; readonly unit: number },
): Thresholds['values'][number] {
  const middle = Math.round((min + max) / 2);
  const half = Math.ceil(((max - min) / 2) * share) + 1;
  const from = (step: number): number[] => {
    const first = middle - Math.floor((step * count) / 2) + between(random, -half, half);
    return Array.from({ length: count }, (_, k) => first + k * step);
  };
  switch (kind) {
    case 'thresholds':
      return randomList(random, count, middle - half, middle + half).sort((a, b) => a - b);
    case 'powerSpaced':
      return from(unit * 2 ** pick(random, [common, between(random, 0, 6)]));
    case 'evenlySpaced':
      return from(pick(random, [common + 1, between(random, 0, Math.ceil((2 * half) / (count + 1)))]));
  }
}

function randomShiftTable(random: Random, levels: number, { min, max }: Interval): Requantize {
  const bins = levels + pick(random, [0, 0, between(random, 1, 6)]);
  const shift = Math.max(0, Math.ceil(Math.log2((max - min + 1) / bins)) - between(random, 0, 3));
  const middle = Math.round((min + max) / 2);
  const table = pick(random, [
    Array.from({ length: bins }, (_, bin) => Math.min(bin, levels - 1)),
    randomList(random, bins, 0, levels - 1).sort((a, b) => a - b),
    randomList(random, bins, 0, levels - 1),
  ]);
  const offset = Math.floor((bins * 2 ** shift) / 2) - middle + between(random, -(2 ** shift), 2 ** shift);
  return { kind: 'shiftTable', offset, shift, table };
}

/** The byte of an input table that gives its smallest index, and the one that gives its largest. */
export function extremes(table: readonly number[]): readonly [number, number] {
  const { min, max } = range(table);
  return [table.indexOf(min), table.indexOf(max)];
}

/** What all products of a table are multiples of; 1 if they are all 0. */
export function unitOf({ values }: ProductTable): number {
  const divisor = (a: number, b: number): number => (b === 0 ? Math.abs(a) : divisor(b, a % b));
  return values.reduce(divisor, 0) || 1;
}
