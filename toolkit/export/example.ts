import { elements, interpret, type TableNetwork } from '../network/index.js';

/** A picture and where it is from, in words without special characters: `picture 1 of mnist:test`. */
export interface ExamplePicture {
  readonly title: string;
  readonly pixels: Uint8Array;
}

/** What the tables make of pictures: which share of `count` pictures of `set` they label right. */
export interface MeasuredAccuracy {
  readonly tables: number;
  readonly count: number;
  readonly set: string;
}

/** A picture and what the network's integer reference gives for it. */
export interface Expected extends ExamplePicture {
  readonly label: number;
  readonly logits: readonly number[];
}

export function expectedOf(network: TableNetwork, example: ExamplePicture): Expected {
  const { label, logits } = interpret(network, example.pixels);
  return { ...example, label, logits: Array.from(logits) };
}

/** Pictures for a network of which none are at hand: waves of bytes, each of another length. */
export function madeUpPictures(network: TableNetwork, count: number): readonly ExamplePicture[] {
  const size = elements(network.input.shape);
  return Array.from({ length: count }, (_, k) => ({
    title: `made-up picture ${k + 1}`,
    pixels: Uint8Array.from({ length: size }, (_pixel, i) =>
      Math.round(127.5 + 127.5 * Math.sin((i * (k + 1)) / 7)),
    ),
  }));
}
