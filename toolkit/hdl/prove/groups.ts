import type { Neuron } from './neurons.js';
import type { Way } from './way.js';

/** Neurons, by number, that are one obligation. */
interface Group {
  readonly way: Way;
  readonly members: readonly number[];
}

/** Terms of an obligation's neurons together: Yosys takes less than a megabyte for each. */
const MOST_TERMS = 400;

/** Cuts a stage into groups of neighbours, so that memory and time of each are bounded. */
export function grouped(
  neurons: readonly { readonly neuron: Neuron; readonly way: Way }[],
): readonly Group[] {
  const groups: Group[] = [];
  let terms = Infinity;
  for (const [n, { neuron, way }] of neurons.entries()) {
    const own = neuron.kind === 'sum' ? Math.max(1, neuron.terms.length) : 1;
    const last = groups.at(-1);
    const joins = way === 'whole' && last?.way === 'whole' && terms + own <= MOST_TERMS;
    if (joins) groups.splice(-1, 1, { way, members: [...last.members, n] });
    else groups.push({ way, members: [n] });
    terms = joins ? terms + own : own;
  }
  return groups;
}
