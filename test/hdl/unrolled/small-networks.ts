import { LUT6, unroll } from '../../../toolkit/hdl/index.js';
import type { TableNetwork } from '../../../toolkit/network/index.js';
import { randomNetwork } from '../../support/random-network.js';

const FEWEST_GATES = 50;
const MOST_GATES = 400;

/** Random networks that are small enough, as circuits, to be simulated gate by gate, and have something to simulate. */
export function smallNetworks(count: number): TableNetwork[] {
  const found: TableNetwork[] = [];
  for (let seed = 1; found.length < count; seed++) {
    const network = randomNetwork(seed);
    const { stages } = unroll(network, { adders: LUT6, levels: 4, keepUnread: false });
    const gates = stages.reduce((sum, { circuit }) => sum + circuit.circuit.gates.length, 0);
    if (gates >= FEWEST_GATES && gates <= MOST_GATES) found.push(network);
  }
  return found;
}
