import { describe, expect, it } from 'vitest';
import { activationHistograms } from '../../toolkit/network/index.js';
import { inspectLines, inspectNetwork } from '../../toolkit/report/inspect.js';
import { tablize } from '../support/cli.js';
import { randomPicture } from '../support/random-network.js';
import { tinyNetwork } from '../support/tiny-network.js';

describe('inspect', () => {
  it('tells compactness to people', () => {
    const network = tinyNetwork();
    const text = inspectLines(network, inspectNetwork(network, []), false).join('\n');
    expect(text).toMatch(/^compactness +\|A\|/m);
    expect(text).toMatch(/^conv +4 +3 of 3 +12 +18 +1\.58 +2\.00 +2\.67 +5 -> 6$/m);
    expect(text).toMatch(/^network +7 +8 +27 +38 /m);
    expect(text).toMatch(/2 distinct tables of 42 bytes hold 15 different products/);
    expect(text).not.toMatch(/activations on/);
  });

  it('tells the entropy of activations where there were pictures', () => {
    const network = tinyNetwork();
    const histograms = activationHistograms(network, [randomPicture(network, 1)]);
    const report = inspectNetwork(network, [], { images: 'random', count: 1, histograms });
    expect(report.compactness.activations).toMatchObject({ images: 'random', count: 1 });
    expect(report.compactness.activations?.tensors.map(({ tensor }) => tensor)).toEqual(
      histograms.map(({ tensor }) => tensor),
    );
    expect(inspectLines(network, report, false).join('\n')).toMatch(
      /^activations on 1 picture .*\n^input +[1-4] of 4/m,
    );
  });
});

describe('tablize inspect', () => {
  const model = ['--model', 'models/mnist-small'];

  it('gives compactness as JSON; activations only on pictures', async () => {
    const without = await tablize(['inspect', ...model, '--json']);
    expect(without.code).toBe(0);
    expect(JSON.parse(without.stdout)).toMatchObject({
      compactness: { network: { largestTable: 40, tables: 3 }, activations: null },
    });
    const on = await tablize(['inspect', ...model, '--images', 'mnist:test', '--count', '3', '--json']);
    expect(on.code).toBe(0);
    expect(JSON.parse(on.stdout)).toMatchObject({
      compactness: {
        activations: { images: 'mnist:test', count: 3, tensors: [{ tensor: 'input', levels: 8 }, {}, {}] },
      },
    });
  });

  it('looks at 200 pictures unless told otherwise, and refuses a count of none', async () => {
    const { stdout } = await tablize(['inspect', ...model, '--images', 'mnist:test', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ compactness: { activations: { count: 200 } } });
    const refused = await tablize(['inspect', ...model, '--count', '3']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/none are given[^]*--images/);
  });
});
