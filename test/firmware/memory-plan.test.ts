import { describe, expect, it } from 'vitest';
import { planMemory, scratchOf } from '../../toolkit/firmware/memory-plan.js';
import { analyse } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';

describe('planMemory', () => {
  it('gives every tensor but the logits, and every window, a place', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const network = randomNetwork(seed);
      const { stages } = analyse(network);
      const planned = stages.map((analysed) => ({ analysed, kernel: { name: 'lookup' } as const }));
      const { offsets } = planMemory(network.input.shape, planned, 1);
      expect(offsets.has('input')).toBe(true);
      stages.forEach(({ stage }, i) => {
        expect(offsets.has(stage.name)).toBe(i < stages.length - 1);
        expect(offsets.has(scratchOf(stage.name, 'patch'))).toBe('kernel' in stage || 'window' in stage);
      });
    }
  });
});
