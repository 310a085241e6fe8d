import { describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import type { KernelOptions } from '../../toolkit/firmware/kernels/kernel-options.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { randomPicture } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';
import { libraryOf, type Subject } from './libraries.js';
import { compareOnHost } from './run-on-host.js';
import { specialNetworks } from './special-networks.js';

const PICTURES = 3;

function subjectOf(network: TableNetwork, options: Partial<KernelOptions>): Subject {
  const pictures = Array.from({ length: PICTURES }, (_, i) => randomPicture(network, 100 + i));
  return { network, options, pictures };
}

describeWithTool('gcc', 'the engine in C on the host, under sanitizers', () => {
  const all = Object.entries(specialNetworks());

  it.each(all)('computes %s, a lookup per product', async (_what, network) => {
    const subject = subjectOf(network, { among: ['lookup'] });
    expect(await compareOnHost(temporaryFolder('engine'), [subject])).toEqual([]);
  });

  it.each(all)('computes %s, by whatever else can', async (_what, network) => {
    const subject = subjectOf(network, { among: ['level-sums', 'pairs', 'rows'], aim: 'speed' });
    expect(await compareOnHost(temporaryFolder('engine'), [subject])).toEqual([]);
  });

  describe.each([4, 1] as const)('with %i lanes', (lanes) => {
    const pooled = all.filter(([what]) => what.startsWith('pooling'));

    it.each(pooled)('keeps no tensor between a convolution and %s', async (_what, network) => {
      const subject = subjectOf(network, { among: ['level-sums'], lanes });
      expect(libraryOf(subject, loadFirmwareBoard('host')).traced).toEqual([true, false, true]);
      expect(await compareOnHost(temporaryFolder('engine'), [subject])).toEqual([]);
    });
  });
});
