import { describe, expect, it } from 'vitest';
import { patchOf, planMemory } from '../../toolkit/firmware/memory-plan.js';
import { analyse } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';

describe('planMemory', () => {
  it('gives every tensor but the logits, and every window, a place', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const network = randomNetwork(seed);
      const { stages } = analyse(network);
      const { offsets } = planMemory(network.input.shape, stages);
      expect(offsets.has('input')).toBe(true);
      stages.forEach(({ stage }, i) => {
        expect(offsets.has(stage.name)).toBe(i < stages.length - 1);
        expect(offsets.has(patchOf(stage.name))).toBe('kernel' in stage || 'window' in stage);
      });
    }
  });
});
