import type { ByteValues, DataSet } from './data-set.js';

/** What a reader is told besides the path; only what is needed for the file at hand counts. */
export interface ReadDataOptions {
  /** [height, width, channels] that the network reads: rows of numbers are laid out so, picture files made grey or coloured. */
  readonly shape?: DataSet['shape'];
  /** What the labels 0, 1, 2 and so on mean. Left out, they are the names that occur, in order. */
  readonly classes?: readonly string[];
  /** Picture files of another size than the network's are brought to it; otherwise they are refused. */
  readonly resize?: boolean;
  /** Colours are to be blue, green, red. */
  readonly bgr?: boolean;
  /** What bytes are to stand for: numbers become bytes by it, whatever they are. */
  readonly values?: ByteValues;
  /** The same for numbers that are no bytes; 'range': the smallest becomes 0, the largest 255. */
  readonly otherwise?: ByteValues | 'range';
}

/** Most bytes of all pictures of a data set together. */
export const MOST_VALUES = 2 ** 30;
