import type { Folding } from './folding.js';
import type { Operation } from './operations.js';
import { usedBanks } from './taps.js';
import { columnPlace, type TensorLayout } from './tensor-layout.js';

/** Of `count` filters the one whose sum takes the product of lane `lane` at `tap` of `taps`: sums move on by one lane a tap (lanes.v). */
function filterAt(lane: number, tap: number, taps: number, count: number): number {
  return (((lane - (taps - 1 - tap)) % count) + count) % count;
}

/** Whether an operation's groups have filters of their own. Logits come from the first group alone. */
export function isWide({ kind, channels, requantize }: Operation, { banks, filters }: Folding): boolean {
  return kind === 'scan' && banks > 1 && channels.count > filters && requantize !== null;
}

/**
 * Weight codes in the order in which the engine takes them, a word for each tap and turn: one for each filter or, where the operation
 * is wide, each lane; -1 where there is no product.
 */
export function weightWords(
  operation: Operation,
  from: TensorLayout,
  codes: readonly number[],
  folding: Folding,
): number[][] {
  const { kind, channels, window, inputs, weight, sameWeights } = operation;
  const { banks, filters } = folding;
  const elements = kind === 'scan' ? elementsInOrder(from) : [];
  const inner = kind === 'window' ? from.shape[2] : 1;
  const taps = kind === 'scan' ? elements.length : inputs.length * window[0] * window[1] * inner;
  const groups = isWide(operation, folding) ? banks : 1;
  const perGroup = kind === 'channel' ? 1 : filters;
  const turns = sameWeights ? 1 : Math.ceil(channels.count / (groups * perGroup));

  const code = (filter: number, tap: number): number => {
    if (filter >= channels.count) return -1;
    if (kind !== 'scan') return codes[weight(filter, Math.floor(tap / inner), tap % inner)] ?? -1;
    const element = elements[tap];
    return element === undefined ? -1 : (codes[weight(filter, element, 0)] ?? -1);
  };
  const words: number[][] = [];
  for (let turn = 0; turn < turns; turn++)
    for (let tap = 0; tap < taps; tap++)
      words.push(
        Array.from({ length: groups * filters }, (_, lane) => {
          const group = Math.floor(lane / filters);
          const filter = filterAt(lane % filters, tap, taps, filters);
          return filter < perGroup ? code((turn * groups + group) * perGroup + filter, tap) : -1;
        }),
      );
  return words;
}

/** The elements of a tensor as a dense stage reads them: bank after bank, in each address after address; undefined where there is none. */
function elementsInOrder(from: TensorLayout): readonly (number | undefined)[] {
  const [height, width, channels] = from.shape;
  const elementAt = new Map<string, number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const { offset, bank } = columnPlace(from, x);
      for (let c = 0; c < channels; c++)
        elementAt.set(
          `${bank},${y * from.rowStep + offset + c * from.channelStep}`,
          (y * width + x) * channels + c,
        );
    }
  return usedBanks(from).flatMap((bank) =>
    Array.from({ length: from.words }, (_, address) => elementAt.get(`${bank},${address}`)),
  );
}
