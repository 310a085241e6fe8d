import type { Neuron } from './neurons.js';
import { within, type Reach } from './reach.js';

/**
 * The same neuron with fewer terms: one that is the same number for every index that its element can have is part of the constant. Sums are
 * equal by arithmetic, so what is proved of this neuron holds of the other.
 */
export function folded(neuron: Neuron, reach: Reach): Neuron {
  if (neuron.kind !== 'sum') return neuron;
  const fixed = (term: (typeof neuron.terms)[number]): number | null => {
    const { min, max } = within(reach, term.from);
    const occurring = new Set(term.values.slice(min, max + 1));
    const [only] = occurring;
    return occurring.size === 1 && only !== undefined ? only : null;
  };
  return {
    ...neuron,
    constant: neuron.terms.reduce((so, term) => so + (fixed(term) ?? 0), neuron.constant),
    terms: neuron.terms.filter((term) => fixed(term) === null),
  };
}
