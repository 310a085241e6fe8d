import type { Folding } from './folding.js';
import type { Operation } from './operations.js';
import { columnPlace, rowStep, type TensorLayout } from './tensor-layout.js';

/** Weight codes in the order in which the engine takes them; -1 where there is no product. */
export function weightWords(
  operation: Operation,
  from: TensorLayout,
  codes: readonly number[],
  { banks, filters }: Folding,
): number[][] {
  const { kind, channels, window, inputs, weight, sameWeights } = operation;
  const code = (filter: number, tap: number, channel: number): number =>
    filter < channels.count ? (codes[weight(filter, tap, channel)] ?? -1) : -1;
  if (kind === 'scan') return scanWords(from, channels.count, code, { banks, filters });
  const taps = inputs.length * window[0] * window[1];
  const inner = kind === 'window' ? from.shape[2] : 1;
  const perTurn = kind === 'window' ? filters : 1;
  const turns = sameWeights ? 1 : Math.ceil(channels.count / perTurn);
  const words: number[][] = [];
  for (let turn = 0; turn < turns; turn++) {
    const slices: number[][] = [];
    for (let tap = 0; tap < taps; tap++)
      for (let channel = 0; channel < inner; channel++)
        slices.push(
          Array.from({ length: filters }, (_, f) =>
            f < perTurn ? code(turn * perTurn + f, tap, channel) : -1,
          ),
        );
    for (let at = 0; at < slices.length; at += banks) {
      const word = slices.slice(at, at + banks).flat();
      words.push([...word, ...Array.from({ length: banks * filters - word.length }, () => -1)]);
    }
  }
  return words;
}

/** A dense stage reads bank after bank, and each of them address after address. */
function scanWords(
  from: TensorLayout,
  units: number,
  code: (filter: number, element: number, channel: number) => number,
  { banks, filters }: Folding,
): number[][] {
  const [height, width, channels] = from.shape;
  const elementAt = new Map<string, number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const { offset, bank } = columnPlace(from, x);
      for (let c = 0; c < channels; c++)
        elementAt.set(`${bank},${y * rowStep(from) + offset + c}`, (y * width + x) * channels + c);
    }
  const lanes = banks * filters;
  const used = Math.min(banks, Math.ceil(width / from.phases));
  const words: number[][] = [];
  for (let turn = 0; turn * lanes < units; turn++)
    for (let bank = 0; bank < used; bank++)
      for (let address = 0; address < from.words; address++) {
        const element = elementAt.get(`${bank},${address}`);
        words.push(
          Array.from({ length: lanes }, (_, lane) =>
            element === undefined ? -1 : code(turn * lanes + lane, element, 0),
          ),
        );
      }
  return words;
}
