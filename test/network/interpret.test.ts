import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, checkNetwork, createInterpreter, interpret } from '../../toolkit/network/index.js';
import { naiveInterpret } from '../support/naive-interpret.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('interpret', () => {
  it('agrees with a naive reading of the specification at every trace point', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const network = checkNetwork(randomNetwork(seed), 'test');
        const interpreter = createInterpreter(network);
        for (const nth of [0, 1]) {
          const picture = randomPicture(network, seed + nth);
          const { trace, logits } = interpreter.infer(picture, { trace: true });
          const expected = naiveInterpret(network, picture).map((point) => point.map(Number));
          expect(trace?.map((point) => [...point])).toEqual(expected);
          expect([...logits]).toEqual(expected.at(-1));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every accumulator within its proven bounds', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const network = randomNetwork(seed);
        const { final } = analyse(network).stages.at(-1)?.bounds ?? { final: { min: 0, max: 0 } };
        const { logits } = interpret(network, randomPicture(network, seed));
        for (const logit of logits) {
          expect(logit).toBeGreaterThanOrEqual(final.min);
          expect(logit).toBeLessThanOrEqual(final.max);
        }
      }),
    );
  });

  it('gives the first of several largest logits as the label', () => {
    const network = randomNetwork(3);
    const last = network.stages.at(-1);
    if (last?.kind !== 'dense') throw new Error('the last stage is dense');
    const table = network.products[last.products];
    const flat = {
      ...network,
      products: {
        ...network.products,
        [last.products]: {
          ...table,
          activations: table?.activations ?? 1,
          weights: table?.weights ?? 1,
          values: (table?.values ?? []).map(() => 0),
        },
      },
      stages: [...network.stages.slice(0, -1), { ...last, bias: last.bias.map(() => 7) }],
    };
    expect(interpret(flat, randomPicture(network, 1)).label).toBe(0);
  });

  it('refuses a picture of another size', () => {
    const network = randomNetwork(1);
    expect(() => interpret(network, new Uint8Array(3))).toThrow(/3 bytes/);
  });
});
