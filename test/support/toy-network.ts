import { FORMAT, type DenseStage, type TableNetwork } from '../../toolkit/network/index.js';
import { between, seeded } from './random.js';

const LEVELS = 4;
const WEIGHTS = 3;

/** A small network of dense layers alone, the same every time: 64 pixels, 2-bit indices, 70 and 6 units, 5 logits. */
export function toyNetwork(seed = 1): TableNetwork {
  const random = seeded(seed);
  const list = (length: number, min: number, max: number): number[] =>
    Array.from({ length }, () => between(random, min, max));
  const dense = (name: string, input: string, inputs: number, units: number, last = false): DenseStage => ({
    kind: 'dense',
    name,
    input,
    products: 'table',
    units,
    weights: list(inputs * units, 0, WEIGHTS - 1),
    bias: list(units, -30, 30),
    requantize: last
      ? null
      : {
          kind: 'thresholds',
          values: Array.from({ length: units }, () => list(LEVELS - 1, -200, 200).sort((a, b) => a - b)),
        },
  });
  // About (2a - 3)(w - 1), so that sums lie around zero and no index is rare; the rest makes it no product form.
  const products = Array.from({ length: LEVELS * WEIGHTS }, (_, i) => {
    const activation = Math.floor(i / WEIGHTS);
    return (2 * activation - 3) * ((i % WEIGHTS) - 1) * 10 + between(random, -2, 2);
  });
  return {
    format: FORMAT,
    name: 'toy',
    input: { shape: [8, 8, 1], levels: LEVELS, table: Array.from({ length: 256 }, (_, byte) => byte >> 6) },
    products: { table: { activations: LEVELS, weights: WEIGHTS, values: products } },
    stages: [
      dense('hidden', 'input', 64, 70),
      dense('narrow', 'hidden', 70, 6),
      dense('logits', 'narrow', 6, 5, true),
    ],
    output: { labels: ['a', 'b', 'c', 'd', 'e'] },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'toy', weights: 'toy' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
}

/** `count` pictures for the toy network, with a start byte of a frame here and there. */
export function toyPictures(count: number, seed = 7): Uint8Array[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: 64 }, () => (random() < 0.1 ? 0xa5 : between(random, 0, 255))),
  );
}
