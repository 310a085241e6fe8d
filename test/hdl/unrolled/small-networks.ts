import { analyse, type TableNetwork } from '../../../toolkit/network/index.js';
import { randomNetwork } from '../../support/random-network.js';

/** Random networks that are small enough to be simulated bit by bit. */
export function smallNetworks(count: number): TableNetwork[] {
  const found: TableNetwork[] = [];
  for (let seed = 1; found.length < count; seed++) {
    const network = randomNetwork(seed);
    if (analyse(network).macs < 700) found.push(network);
  }
  return found;
}
