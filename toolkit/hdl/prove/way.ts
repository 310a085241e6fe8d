import { InputError } from '../../errors.js';
import { elementsOf, type Neuron } from './neurons.js';
import type { Tensor } from './tensor.js';

/** How a neuron is proved: in one piece, or sum by sum (steps-obligation.ts). */
export type Way = 'whole' | 'steps';

/** Of the indices that a sum reads, where it is compared in one piece: with more of them ABC seldom ends. */
const MOST_BITS = 32;
/** Of them where it is compared step by step: each step has a copy of the neuron. */
const MOST_BITS_IN_STEPS = 256;

/** How a neuron can be proved. Throws InputError for one that reads too much. */
export function wayOf(neuron: Neuron, tensors: readonly Tensor[], title: string): Way {
  if (neuron.kind !== 'sum') return 'whole';
  const bits = elementsOf(neuron).reduce(
    (so, { tensor }) => so + (tensors.find(({ name }) => name === tensor)?.width ?? 0),
    0,
  );
  const most = neuron.requantize === null && tensors.length === 1 ? MOST_BITS_IN_STEPS : MOST_BITS;
  if (bits > most)
    throw new InputError(`it reads ${bits} bits, too many for a proof (at most ${most})`, {
      where: title,
      next: 'prove the sequential engine (`--engine sequential`), and compare the unrolled one with pictures (`tablize deploy --engine unrolled`)',
    });
  return bits > MOST_BITS ? 'steps' : 'whole';
}
