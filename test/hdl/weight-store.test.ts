import { expect, it } from 'vitest';
import { engineProgram, storesOf } from '../../toolkit/hdl/index.js';
import { elements, type TableNetwork } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { expectedLines, simulateEngine } from './simulate-engine.js';

const LARGE = { count: 4, words: 16_384 };
const FOLDINGS = [
  { banks: 1, filters: 5 },
  { banks: 2, filters: 3 },
  { banks: 4, filters: 7 },
];

/** Networks whose weights have as many levels with a product as are asked for. */
function networks(levels: number, folding: (typeof FOLDINGS)[number], count: number): TableNetwork[] {
  const found: TableNetwork[] = [];
  for (let seed = 1; found.length < count && seed < 2000; seed++) {
    const network = randomNetwork(seed);
    if (engineProgram(network, folding).levels === levels) found.push(network);
  }
  return found;
}

describeWithTool(['iverilog', 'vvp'], 'weights that are packed, or in a large memory', () => {
  it.each(FOLDINGS)('give what interpret() gives: $banks x $filters', (folding) => {
    const chosen = [...networks(4, folding, 4), ...networks(6, folding, 2)];
    expect(chosen).toHaveLength(6);
    for (const network of chosen) {
      const picture = Uint8Array.from({ length: elements(network.input.shape) }, (_, i) => (i * 37) & 255);
      const stores = storesOf(engineProgram(network, folding), LARGE);
      expect(stores.some(({ largeBits }) => largeBits > 0)).toBe(true);
      for (const store of [...stores, { packed: false, largeBits: 16 }].slice(1))
        expect(simulateEngine(network, folding, [picture], undefined, store), JSON.stringify(store)).toEqual(
          expectedLines(network, [picture]),
        );
    }
  });
});
