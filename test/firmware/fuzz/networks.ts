import type { TableNetwork } from '../../../toolkit/network/index.js';
import { between, seeded } from '../../support/random.js';
import { tinyNetwork } from '../../support/tiny-network.js';

const LEVELS = 5;
const PIXELS = 300;

/** A picture whose length does not fit a byte, of five levels: eleven of the sixteen packed indices stand for none. */
function longNetwork(): TableNetwork {
  const random = seeded(3);
  const list = (length: number, most: number): number[] =>
    Array.from({ length }, () => between(random, 0, most));
  return {
    ...tinyNetwork(),
    name: 'long',
    input: {
      shape: [15, 20, 1],
      levels: LEVELS,
      table: Array.from({ length: 256 }, (_, pixel) => Math.min(LEVELS - 1, pixel >> 5)),
    },
    products: { only: { activations: LEVELS, weights: 3, values: list(LEVELS * 3, 99) } },
    stages: [
      {
        kind: 'dense',
        name: 'logits',
        input: 'input',
        products: 'only',
        units: 3,
        weights: list(PIXELS * 3, 2),
        bias: list(3, 500),
        requantize: null,
      },
    ],
  };
}

/** What the protocol is fuzzed with: all kinds of stages on 16 pixels of 2 packed bits, and one stage on 300 pixels of 4. */
export const NETWORKS: readonly TableNetwork[] = [tinyNetwork(), longNetwork()];
