import type { ProductTable, Requantize, Stage, TableNetwork } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { steppedNetwork } from './stepped-network.js';

const none = { top: 0, right: 0, bottom: 0, left: 0 };

interface Shape {
  readonly name?: string;
  readonly levels?: number;
  readonly shape?: TableNetwork['input']['shape'];
  readonly products?: ProductTable;
  readonly hidden?: Requantize;
  /** The last stage, in place of a dense one; it reads "hidden", [2, 3, 2] of 4 levels. */
  readonly last?: Stage;
  readonly logits?: number;
}

const SHIFT: Requantize = { kind: 'shiftTable', offset: 30, shift: 4, table: [0, 1, 2, 3] };

/** A convolution (1 x 1) of a picture, "hidden", and a last stage. */
function network(options: Shape): TableNetwork {
  const random = seeded(7);
  const list = (length: number, min: number, max: number): number[] =>
    Array.from({ length }, () => between(random, min, max));
  const levels = options.levels ?? 4;
  const shape = options.shape ?? [2, 3, 1];
  const products = options.products ?? { activations: levels, weights: 3, values: list(3 * levels, -40, 40) };
  const logits = options.logits ?? 3;
  const tiny = tinyNetwork();
  return {
    ...tiny,
    name: options.name ?? 'special',
    input: { shape, levels, table: list(256, 0, levels - 1) },
    products: {
      first: products,
      ...(options.last === undefined || 'products' in options.last
        ? { second: { activations: 4, weights: 3, values: list(12, -40, 40) } }
        : {}),
    },
    stages: [
      {
        kind: 'conv2d',
        name: 'hidden',
        input: 'input',
        products: 'first',
        filters: 2,
        kernel: [1, 1],
        stride: [1, 1],
        padding: none,
        paddingIndex: 0,
        weights: list(2 * shape[2], 0, products.weights - 1),
        bias: [5, -5],
        requantize: options.hidden ?? SHIFT,
      },
      options.last ?? {
        kind: 'dense',
        name: 'last',
        input: 'hidden',
        products: 'second',
        units: logits,
        weights: list(logits * shape[0] * shape[1] * 2, 0, 2),
        bias: list(logits, -9, 9),
        requantize: null,
      },
    ],
    output: { labels: Array.from({ length: logits }, (_, i) => `label ${i}`) },
  };
}

/** A convolution with seven factors and their negatives, whose sums over them take more than 16 bits before they cancel. */
function largeFactors(): TableNetwork {
  const random = seeded(5);
  const sizes = [300, 290, 281, 270, 259, 250, 240];
  const factors = [...sizes.map((size) => -size), ...sizes];
  const begun = steppedNetwork([8, 8, 2], factors);
  return {
    ...begun,
    stages: begun.stages.map((stage) =>
      stage.name === 'first' && stage.kind === 'conv2d'
        ? { ...stage, weights: stage.weights.map(() => between(random, 0, factors.length - 1)) }
        : stage,
    ),
  };
}

/** A padded convolution with a table of exact products, pooled, and a dense stage. */
function pooled(shape: TableNetwork['input']['shape'], requantize: Requantize): TableNetwork {
  const random = seeded(3);
  const list = (length: number, min: number, max: number): number[] =>
    Array.from({ length }, () => between(random, min, max));
  const [rows, columns] = [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2)];
  const tiny = tinyNetwork();
  return {
    ...tiny,
    name: 'pooled',
    input: { shape, levels: 4, table: list(256, 0, 3) },
    products: {
      exact: { activations: 4, weights: 4, values: [0, 0, 0, 0, -3, 0, 2, 5, -6, 0, 4, 10, -9, 0, 6, 15] },
      last: { activations: 4, weights: 3, values: list(12, -40, 40) },
    },
    stages: [
      {
        kind: 'conv2d',
        name: 'hidden',
        input: 'input',
        products: 'exact',
        filters: 3,
        kernel: [3, 3],
        stride: [1, 1],
        padding: { top: 1, right: 1, bottom: 1, left: 1 },
        paddingIndex: 1,
        weights: list(27 * shape[2], 0, 3),
        bias: [5, -5, 0],
        requantize,
      },
      { kind: 'maxPool', name: 'pool', input: 'hidden', window: [2, 2], stride: [2, 2], padding: none },
      {
        kind: 'dense',
        name: 'last',
        input: 'pool',
        products: 'last',
        units: 3,
        weights: list(9 * rows * columns, 0, 2),
        bias: [1, 2, 3],
        requantize: null,
      },
    ],
    output: { labels: ['a', 'b', 'c'] },
  };
}

const general = (activations: number, weights: number, max: number): ProductTable => {
  const random = seeded(11);
  return {
    activations,
    weights,
    values: Array.from({ length: activations * weights }, () => between(random, -max, max)),
  };
};

/** Networks at the edges of what the format allows. */
export function specialNetworks(): Readonly<Record<string, TableNetwork>> {
  const largest = 2 ** 31 - 1;
  const extreme = {
    activations: 4,
    weights: 3,
    values: [0, 1, 2, -(2 ** 30), 0, 2 ** 30, 7, 8, 9, 10, 11, 12],
  };
  return {
    'every kind of stage': tinyNetwork(),
    'two levels, one bit a pixel': network({ levels: 2, shape: [3, 3, 1] }),
    '256 levels, a byte a pixel': network({ levels: 256, products: general(256, 4, 100) }),
    'a table of 32 x 10 entries, whose rows a byte cannot address': network({
      levels: 32,
      products: general(32, 10, 3000),
    }),
    'a table of one entry': network({ levels: 1, products: { activations: 1, weights: 1, values: [-3] } }),
    'sums of 31 bits': network({ products: extreme }),
    'thresholds at the ends of 32 bits': network({
      products: extreme,
      hidden: {
        kind: 'thresholds',
        values: [
          [-(2 ** 31), 0, largest],
          [-(2 ** 30) - 5, 2 ** 30 - 5, 2 ** 30 - 4],
        ],
      },
    }),
    'thresholds far outside of 16-bit sums': network({
      hidden: {
        kind: 'thresholds',
        values: [
          [-(2 ** 31), largest],
          [-100_000, -35, 100_000],
        ],
      },
    }),
    'thresholds that are equal': network({
      hidden: {
        kind: 'thresholds',
        values: [
          [5, 5, 5],
          [-5, -5, 6],
        ],
      },
    }),
    'channels without thresholds': network({ hidden: { kind: 'thresholds', values: [[], [0]] } }),
    'no thresholds at all': network({ hidden: { kind: 'thresholds', values: [[], []] } }),
    'a shift by 31': network({ hidden: { kind: 'shiftTable', offset: 0, shift: 31, table: [1, 2, 3] } }),
    'a shift by none': network({
      hidden: { kind: 'shiftTable', offset: 3, shift: 0, table: [0, 1, 2, 3, 3, 2, 1] },
    }),
    'an offset that makes every sum negative': network({
      hidden: { kind: 'shiftTable', offset: -30_000, shift: 2, table: [3, 2] },
    }),
    'bins beyond the table': network({
      hidden: { kind: 'shiftTable', offset: 20_000, shift: 1, table: [0, 1, 2] },
    }),
    'average pooling last': network({
      last: {
        kind: 'averagePool',
        name: 'last',
        input: 'hidden',
        window: [2, 3],
        stride: [1, 1],
        padding: none,
        values: [-9, 0, 70_000, 5],
        requantize: null,
      },
      logits: 2,
    }),
    'an addition last': network({
      last: {
        kind: 'add',
        name: 'last',
        inputs: ['hidden', 'hidden', 'hidden'],
        values: [
          [1, 2, 3, 4],
          [-9, 0, 9, 12],
          [0, 1, 0, 1],
        ],
        requantize: null,
      },
      logits: 12,
    }),
    'a depthwise convolution last': network({
      last: {
        kind: 'depthwiseConv2d',
        name: 'last',
        input: 'hidden',
        products: 'second',
        kernel: [2, 3],
        stride: [2, 2],
        padding: { top: 1, right: 2, bottom: 1, left: 2 },
        paddingIndex: 2,
        weights: [0, 1, 2, 0, 1, 2, 2, 1, 0, 2, 1, 0],
        bias: [1, -1],
        requantize: null,
      },
      logits: 12,
    }),
    'pooling of 2 x 2, even': pooled([8, 8, 2], SHIFT),
    'pooling of 2 x 2, odd, by thresholds': pooled([9, 13, 1], {
      kind: 'thresholds',
      values: [
        [-40, 3, 17],
        [-9, 0, 55],
        [1, 2, 3],
      ],
    }),
    'equal steps': steppedNetwork(),
    'large factors and their negatives': largeFactors(),
    'equal steps, odd, in three channels': steppedNetwork([11, 15, 3]),
    'one logit': network({ logits: 1 }),
    '300 logits': network({ logits: 300 }),
    'a network called int': network({ name: 'int' }),
    'a network called stdint': network({ name: 'stdint' }),
    'a network called engine-config': network({ name: 'engine-config' }),
  };
}
