import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateUnrolled, LUT4, LUT6, unroll } from '../../../toolkit/hdl/unrolled/unroll.js';
import { interpret } from '../../../toolkit/network/index.js';
import { randomNetwork, randomPicture } from '../../support/random-network.js';

describe('a network as circuits', () => {
  it.each([
    ['six', LUT6],
    ['four', LUT4],
  ])(
    'gives what interpret() gives at every trace point, with tables of %s inputs',
    (_name, adders) => {
      fc.assert(
        fc.property(fc.nat({ max: 1_000_000 }), (seed) => {
          const network = randomNetwork(seed);
          const circuits = unroll(network, { adders, levels: 4, keepUnread: true });
          for (let k = 0; k < 3; k++) {
            const picture = randomPicture(network, seed + k);
            const { trace = [] } = interpret(network, picture, { trace: true });
            expect(evaluateUnrolled(circuits, picture)).toEqual(trace.map((values) => Array.from(values)));
          }
        }),
        { numRuns: 30 },
      );
    },
    60_000,
  );

  it('gives the logits when what nothing reads is left out', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), (seed) => {
        const network = randomNetwork(seed);
        const circuits = unroll(network, { adders: LUT6, levels: 4, keepUnread: false });
        const picture = randomPicture(network, seed);
        const { logits } = interpret(network, picture);
        expect(evaluateUnrolled(circuits, picture).at(-1)).toEqual(Array.from(logits));
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
