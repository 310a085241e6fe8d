import type { Requantize, TableNetwork } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { tinyNetwork } from '../support/tiny-network.js';

const ONE = { top: 1, right: 1, bottom: 1, left: 1 };
const NONE = { top: 0, right: 0, bottom: 0, left: 0 };
const FACTORS = [-12, -6, -3, 0, 3, 6, 12];
const LEVELS = 8;

/**
 * Convolutions whose weights are powers of two times 3 and whose thresholds are equally spaced: pooled sums of bytes, a depthwise
 * one with sums of bytes and of 16 bits, a pointwise one with more weights than a run holds, and a dense stage.
 */
export function steppedNetwork(
  shape: TableNetwork['input']['shape'] = [12, 10, 1],
  factors: readonly number[] = FACTORS,
): TableNetwork {
  const random = seeded(11);
  const list = (length: number, min: number, max: number): number[] =>
    Array.from({ length }, () => between(random, min, max));
  const [height, width] = [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2)];
  const products = {
    activations: LEVELS,
    weights: factors.length,
    values: Array.from({ length: LEVELS }, (_, x) => factors.map((factor) => x * factor + 0)).flat(),
  };
  // Few large weights, so that sums are small.
  const small = (count: number): number[] => list(count, 2, 4);
  const any = (count: number): number[] => list(count, 0, factors.length - 1);
  const steps = (shifts: readonly number[]): Requantize => ({
    kind: 'thresholds',
    values: shifts.map((shift) => {
      const first = between(random, -40, 20);
      return Array.from({ length: LEVELS - 1 }, (_, k) => first + k * 3 * 2 ** shift);
    }),
  });
  return {
    ...tinyNetwork(),
    name: 'stepped',
    input: { shape, levels: LEVELS, table: list(256, 0, LEVELS - 1) },
    products: { powers: products },
    stages: [
      {
        kind: 'conv2d',
        name: 'first',
        input: 'input',
        products: 'powers',
        filters: 4,
        kernel: [3, 3],
        stride: [1, 1],
        padding: ONE,
        paddingIndex: 2,
        weights: small(36 * shape[2]),
        bias: list(4, -9, 9),
        requantize: steps([2, 3, 2, 1]),
      },
      { kind: 'maxPool', name: 'pool', input: 'first', window: [2, 2], stride: [2, 2], padding: NONE },
      {
        kind: 'depthwiseConv2d',
        name: 'each',
        input: 'pool',
        products: 'powers',
        kernel: [3, 3],
        stride: [1, 1],
        padding: ONE,
        paddingIndex: 0,
        weights: [...small(18), ...any(18)],
        bias: list(4, -9, 9),
        requantize: steps([1, 2, 4, 5]),
      },
      {
        kind: 'conv2d',
        name: 'square',
        input: 'each',
        products: 'powers',
        filters: 3,
        kernel: [5, 5],
        stride: [1, 1],
        padding: { top: 2, right: 2, bottom: 2, left: 2 },
        paddingIndex: 0,
        weights: any(300),
        bias: list(3, -9, 9),
        requantize: steps([5, 6, 7]),
      },
      {
        kind: 'dense',
        name: 'logits',
        input: 'square',
        products: 'powers',
        units: 3,
        weights: any(9 * height * width),
        bias: list(3, -9, 9),
        requantize: null,
      },
    ],
    output: { labels: ['a', 'b', 'c'] },
  };
}
