import { analyse } from './analyse.js';
import { createInterpreter } from './interpret.js';
import { INPUT, type TableNetwork } from './table-network.js';

/** How often each activation index occurred in a tensor, over some pictures. */
export interface ActivationHistogram {
  /** `input`, or the name of the stage that makes the tensor. */
  readonly tensor: string;
  /** One count per activation level of the tensor. */
  readonly counts: readonly number[];
}

export interface ActivationCounter {
  /** `picture`: one byte per pixel. Throws InputError when it has another length than the network reads. */
  readonly add: (picture: Uint8Array) => void;
  /** Of all pictures so far, in the order of the trace points; the logits are no indices and have none. */
  readonly histograms: () => readonly ActivationHistogram[];
}

/** Counts the activation indices of every tensor, picture by picture. Throws InputError for an invalid network. */
export function createActivationCounter(network: TableNetwork): ActivationCounter {
  const { infer } = createInterpreter(network);
  const made = analyse(network).stages.map(({ output }) => output);
  const tensors = [{ name: INPUT, levels: network.input.levels }, ...made].map(({ name, levels }) => ({
    name,
    counts: levels === null ? null : new Array<number>(levels).fill(0),
  }));
  return {
    add(picture) {
      const { trace = [] } = infer(picture, { trace: true });
      tensors.forEach(({ counts }, point) => {
        if (counts === null) return;
        for (const index of trace[point] ?? []) counts[index] = (counts[index] ?? 0) + 1;
      });
    },
    histograms: () =>
      tensors.flatMap(({ name, counts }) => (counts === null ? [] : [{ tensor: name, counts: [...counts] }])),
  };
}

/** The histograms of all tensors over these pictures; see `createActivationCounter`. */
export function activationHistograms(
  network: TableNetwork,
  pictures: Iterable<Uint8Array>,
): readonly ActivationHistogram[] {
  const counter = createActivationCounter(network);
  for (const picture of pictures) counter.add(picture);
  return counter.histograms();
}
