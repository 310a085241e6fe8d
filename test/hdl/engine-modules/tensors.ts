import fc from 'fast-check';
import { range, word } from '../words.js';

export const ADDRESS_BITS = 8;
export const COUNT_BITS = 4;
export const COLUMN_BITS = 5;
export const COLUMNS = 2 ** COLUMN_BITS;

/** What a walk through a tensor needs to know of it. */
export interface Tensor {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly rowStep: number;
  readonly channelShift: number;
  /** The place of its first column among all column places. */
  readonly columnFirst: number;
}

/** Where a column of the first row lies. */
export interface Place {
  readonly offset: number;
  readonly bank: number;
}

const count = fc.integer({ min: 1, max: 4 });

export const anyTensor: fc.Arbitrary<Tensor> = fc.record({
  rows: count,
  columns: count,
  channels: count,
  rowStep: fc.nat({ max: 2 ** ADDRESS_BITS - 1 }),
  channelShift: fc.nat({ max: 3 }),
  columnFirst: fc.nat({ max: COLUMNS - 4 }),
});

/** The places of all columns, in so many banks. */
export const anyPlaces = (banks: number): fc.Arbitrary<readonly Place[]> =>
  fc.array(fc.record({ offset: fc.nat({ max: 2 ** ADDRESS_BITS - 1 }), bank: fc.nat({ max: banks - 1 }) }), {
    minLength: COLUMNS,
    maxLength: COLUMNS,
  });

/** What the benches read of a tensor. */
export const tensorWord = (tensor: Tensor) =>
  [
    [tensor.columns - 1, COUNT_BITS],
    [tensor.channels - 1, COUNT_BITS],
    [tensor.rows - 1, COUNT_BITS],
    [tensor.rowStep, ADDRESS_BITS],
    [tensor.channelShift, 2],
    [tensor.columnFirst, COLUMN_BITS],
  ] as const;

/** columns.hex. */
export const columnWords = (places: readonly Place[], bankBits: number): string =>
  places
    .map(({ offset, bank }) =>
      word([
        [offset, ADDRESS_BITS],
        [bank, bankBits],
      ]),
    )
    .join('\n');

/** The bank and the address of each element: rows > columns > channels. */
export const placesOf = (tensor: Tensor, places: readonly Place[]) =>
  range(tensor.rows).flatMap((row) =>
    range(tensor.columns).flatMap((column) =>
      range(tensor.channels).map((channel) => {
        const { offset = 0, bank = 0 } = places[tensor.columnFirst + column] ?? {};
        const address = row * tensor.rowStep + offset + channel * 2 ** tensor.channelShift;
        return { bank, address: address % 2 ** ADDRESS_BITS, column, channel };
      }),
    ),
  );
