import type { ProductTable, Stage, TableNetwork } from './table-network.js';
import { elements, productTableOf, stageError, type WiredStage } from './tensors.js';

/** A closed interval of integers. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** What a stage's accumulators can hold, for any picture. */
export interface AccumulatorBounds {
  /** Of each output channel, when all is added up. */
  readonly channels: readonly Interval[];
  /** Of all channels, when all is added up. */
  readonly final: Interval;
  /** Of all channels, at any moment, in whatever order bias and products are added. */
  readonly partial: Interval;
}

const INT32: Interval = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** The sum's interval when every term lies in its own; with `partial`, that of any sum of some of the terms. */
interface Sum {
  readonly final: Interval;
  readonly partial: Interval;
}

function sum(terms: Iterable<Interval>): Sum {
  let [min, max, low, high] = [0, 0, 0, 0];
  for (const term of terms) {
    min += term.min;
    max += term.max;
    low += Math.min(0, term.min);
    high += Math.max(0, term.max);
  }
  return { final: { min, max }, partial: { min: low, max: high } };
}

const exactly = (value: number): Interval => ({ min: value, max: value });

/** The smallest interval that holds all given ones. */
export function hull(intervals: readonly Interval[]): Interval {
  return intervals.reduce((all, { min, max }) => ({
    min: Math.min(all.min, min),
    max: Math.max(all.max, max),
  }));
}

/** Smallest and largest of a list of integers. */
export function range(values: readonly number[]): Interval {
  return values.reduce(
    (all: Interval, value) => ({ min: Math.min(all.min, value), max: Math.max(all.max, value) }),
    exactly(values[0] ?? 0),
  );
}

/** For each weight index, the products that the first `levels` activations can give. */
function productIntervals({ values, weights }: ProductTable, levels: number): readonly Interval[] {
  return Array.from({ length: weights }, (_, w) =>
    range(Array.from({ length: levels }, (_unused, a) => values[a * weights + w] ?? 0)),
  );
}

/**
 * Proves the smallest and largest value of each accumulator of a stage; null for a stage without accumulators.
 * Throws InputError, naming the stage, where one does not fit 32 bits, or does not once the requantization's offset is added.
 */
export function accumulatorBounds(network: TableNetwork, wired: WiredStage): AccumulatorBounds | null {
  const sums = channelSums(network, wired);
  if (sums === null) return null;
  const channels = sums.map(({ final }) => final);
  const bounds = { channels, final: hull(channels), partial: hull(sums.map(({ partial }) => partial)) };
  check(wired.stage, bounds);
  return bounds;
}

function channelSums(network: TableNetwork, { stage, inputs }: WiredStage): readonly Sum[] | null {
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d': {
      const products = productIntervals(productTableOf(network, stage), inputs[0]?.levels ?? 0);
      const perChannel = stage.weights.length / stage.bias.length;
      return stage.bias.map((bias, channel) =>
        sum([
          exactly(bias),
          ...stage.weights
            .slice(channel * perChannel, (channel + 1) * perChannel)
            .map((w) => products[w] ?? exactly(0)),
        ]),
      );
    }
    case 'averagePool': {
      const value = range(stage.values);
      const count = stage.window[0] * stage.window[1];
      const padded = Object.values(stage.padding).some((amount) => amount > 0);
      // Where padding covers part of the window, a term may be missing: any partial sum is then a possible result.
      const all = sum(Array.from({ length: count }, () => value));
      return [padded ? { final: all.partial, partial: all.partial } : all];
    }
    case 'add':
      return [sum(stage.values.map(range))];
    case 'maxPool':
    case 'concat':
      return null;
  }
}

function check(stage: Stage, { partial, final }: AccumulatorBounds): void {
  const fits = (value: number): boolean => value >= INT32.min && value <= INT32.max;
  const advice = 'use a smaller scale for its product table';
  if (!fits(partial.min) || !fits(partial.max)) {
    throw stageError(
      stage,
      `its accumulator can reach ${partial.min}..${partial.max}, which does not fit 32 bits`,
      advice,
    );
  }
  if ('requantize' in stage && stage.requantize?.kind === 'shiftTable') {
    const { offset } = stage.requantize;
    if (!fits(final.min + offset) || !fits(final.max + offset)) {
      throw stageError(stage, `its accumulator plus the offset ${offset} does not fit 32 bits`, advice);
    }
  }
}

/** Bits of the smallest two's complement type (16 or 32) that holds an interval. */
export function signedBits({ min, max }: Interval): 16 | 32 {
  return min >= -(2 ** 15) && max < 2 ** 15 ? 16 : 32;
}

/** Activation x weight products of one picture, padding included; 0 for stages without weights. */
export function macsOf({ stage, output }: WiredStage): number {
  if (stage.kind === 'dense') return stage.weights.length;
  if (stage.kind === 'conv2d' || stage.kind === 'depthwiseConv2d') {
    return (elements(output.shape) / output.shape[2]) * stage.weights.length;
  }
  return 0;
}
