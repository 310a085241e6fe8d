import { FORMAT, type TableNetwork } from '../../toolkit/network/index.js';

/** A network that is small enough to read, with every kind of stage and both requantizations. */
export function tinyNetwork(): TableNetwork {
  const none = { top: 0, right: 0, bottom: 0, left: 0 };
  return {
    format: FORMAT,
    name: 'tiny',
    input: {
      shape: [4, 4, 1],
      levels: 4,
      table: Array.from({ length: 256 }, (_, pixel) => pixel >> 6),
    },
    products: {
      first: { activations: 4, weights: 3, values: [0, 0, 0, -5, 0, 5, -10, 0, 10, -15, 0, 15] },
      later: {
        activations: 3,
        weights: 5,
        values: [0, 0, 0, 0, 0, -90, -40, 0, 40, 90, -200, -70, 0, 70, 200],
      },
    },
    stages: [
      {
        kind: 'conv2d',
        name: 'conv',
        input: 'input',
        products: 'first',
        filters: 2,
        kernel: [3, 3],
        stride: [1, 1],
        padding: { top: 1, right: 1, bottom: 1, left: 1 },
        paddingIndex: 0,
        weights: [0, 1, 2, 0, 1, 2, 0, 1, 2, 2, 2, 2, 1, 1, 1, 0, 0, 0],
        bias: [3, -4],
        requantize: { kind: 'shiftTable', offset: 20, shift: 4, table: [0, 0, 1, 1, 2] },
      },
      { kind: 'maxPool', name: 'pool', input: 'conv', window: [2, 2], stride: [2, 2], padding: none },
      {
        kind: 'depthwiseConv2d',
        name: 'depthwise',
        input: 'pool',
        products: 'later',
        kernel: [2, 2],
        stride: [1, 1],
        padding: { top: 0, right: 1, bottom: 1, left: 0 },
        paddingIndex: 0,
        weights: [4, 3, 2, 1, 0, 1, 2, 3],
        bias: [0, 100],
        requantize: {
          kind: 'thresholds',
          values: [
            [-50, 60],
            [0, 150],
          ],
        },
      },
      {
        kind: 'add',
        name: 'residual',
        inputs: ['pool', 'depthwise'],
        values: [
          [0, 8, 16],
          [0, 10, 20],
        ],
        requantize: { kind: 'shiftTable', offset: 4, shift: 3, table: [0, 0, 1, 1, 2] },
      },
      {
        kind: 'concat',
        name: 'both',
        inputs: ['residual', 'pool'],
        tables: [
          [0, 1, 2],
          [0, 1, 1],
        ],
      },
      {
        kind: 'averagePool',
        name: 'average',
        input: 'both',
        window: [2, 2],
        stride: [2, 2],
        padding: none,
        values: [0, 8, 16],
        requantize: { kind: 'shiftTable', offset: 8, shift: 4, table: [0, 1, 1, 2] },
      },
      {
        kind: 'dense',
        name: 'logits',
        input: 'average',
        products: 'later',
        units: 3,
        weights: [0, 1, 2, 3, 4, 3, 2, 1, 2, 2, 4, 0],
        bias: [10, 0, -10],
        requantize: null,
      },
    ],
    output: { labels: ['first', 'second', 'third'] },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'by hand', weights: 'by hand' },
      seed: null,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
}
