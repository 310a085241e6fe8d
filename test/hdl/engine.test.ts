import { expect, it } from 'vitest';
import { elements, type TableNetwork } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { randomNetwork } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { expectedLines, simulateEngine } from './simulate-engine.js';

function pictures({ input }: TableNetwork, count: number, seed: number): Uint8Array[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: elements(input.shape) }, () => between(random, 0, 255)),
  );
}

describeWithTool(['iverilog', 'vvp'], 'the sequential engine in Verilog', () => {
  const foldings = [
    { banks: 1, filters: 1 },
    { banks: 1, filters: 4 },
    { banks: 2, filters: 3 },
    { banks: 4, filters: 2 },
    { banks: 8, filters: 1 },
  ];
  it.each(foldings)('gives what interpret() gives, at every trace point: $banks x $filters', (folding) => {
    for (let seed = 1; seed <= 12; seed++) {
      const network = randomNetwork(seed * 7 + folding.banks);
      const shown = pictures(network, 2, seed);
      expect(simulateEngine(network, folding, shown)).toEqual(expectedLines(network, shown));
    }
  });

  it('is seen to be wrong when one bias is', () => {
    const network = randomNetwork(3);
    const shown = pictures(network, 2, 3);
    const wrong = simulateEngine(network, { banks: 1, filters: 2 }, shown, (name, content) =>
      name === 'parameters.hex'
        ? content.replace(/[0-9a-f]\n$/, (end) => `${(parseInt(end, 16) ^ 1).toString(16)}\n`)
        : content,
    );
    expect(wrong).not.toEqual(expectedLines(network, shown));
  });
});
