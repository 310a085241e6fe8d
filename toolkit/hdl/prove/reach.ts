import type { Interval, Requantize } from '../../network/index.js';
import type { Element, Neuron } from './neurons.js';

/** The smallest and largest index that each element can have, tensor by tensor. */
export type Reach = ReadonlyMap<string, readonly Interval[]>;

/** The indices that an element can have. */
export function within(reach: Reach, { tensor, at }: Element): Interval {
  return reach.get(tensor)?.[at] ?? { min: 0, max: 255 };
}

/** What a neuron can give when what it reads is within reach. */
export function reachOf(neuron: Neuron, reach: Reach): Interval {
  const of = (element: Element): Interval => within(reach, element);
  switch (neuron.kind) {
    case 'sum': {
      const { constant, terms, requantize, channel } = neuron;
      let [min, max] = [constant, constant];
      for (const { from, values } of terms) {
        const { min: least, max: most } = of(from);
        const occurring = values.slice(least, most + 1);
        min += Math.min(...occurring);
        max += Math.max(...occurring);
      }
      if (requantize === null) return { min, max };
      // An index grows with its sum, or the unrolled engine refuses the network.
      return { min: indexOf(requantize, channel, min), max: indexOf(requantize, channel, max) };
    }
    case 'largest': {
      const all = neuron.from.map(of);
      return { min: Math.max(...all.map((one) => one.min)), max: Math.max(...all.map((one) => one.max)) };
    }
    case 'entry': {
      const { min, max } = of(neuron.from);
      const occurring = neuron.table.slice(min, max + 1);
      return { min: Math.min(...occurring), max: Math.max(...occurring) };
    }
  }
}

/** Section 5 of docs/table-network.md. */
function indexOf(requantize: Requantize, channel: number, accumulator: number): number {
  if (requantize.kind === 'thresholds')
    return (requantize.values[channel] ?? []).filter((threshold) => threshold <= accumulator).length;
  const { offset, shift, table } = requantize;
  const bin = Math.floor((accumulator + offset) / 2 ** shift);
  return table[Math.min(table.length - 1, Math.max(0, bin))] ?? 0;
}
