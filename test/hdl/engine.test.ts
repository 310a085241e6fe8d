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

  it('waits for an index that takes long to find: 256 levels by thresholds, read at once by the next stage', () => {
    const network: TableNetwork = {
      ...randomNetwork(1),
      input: { shape: [1, 4, 1], levels: 2, table: Array.from({ length: 256 }, (_, byte) => byte & 1) },
      products: {
        first: { activations: 2, weights: 4, values: [0, 0, 0, 0, 1, 20, 60, 120] },
        second: { activations: 256, weights: 1, values: Array.from({ length: 256 }, (_, index) => index) },
      },
      stages: [
        {
          kind: 'dense',
          name: 'first',
          input: 'input',
          products: 'first',
          units: 1,
          weights: [0, 1, 2, 3],
          bias: [0],
          requantize: { kind: 'thresholds', values: [Array.from({ length: 255 }, (_, k) => k + 1)] },
        },
        {
          kind: 'dense',
          name: 'second',
          input: 'first',
          products: 'second',
          units: 1,
          weights: [0],
          bias: [0],
          requantize: null,
        },
      ],
      output: { labels: ['a'] },
    };
    const shown = [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 1, 1, 0)];
    for (const folding of [
      { banks: 1, filters: 1 },
      { banks: 2, filters: 1 },
    ])
      expect(simulateEngine(network, folding, shown)).toEqual(expectedLines(network, shown));
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
