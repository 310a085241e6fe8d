import { engineParameters, type EngineParameters } from './engine-parameters.js';
import type { EngineProgram } from './engine-program.js';
import type { StageWord, TapWord } from './stage-words.js';
import { PLAIN, storeWeights, weightLayout, type WeightStore } from './weight-store.js';

/** Parameters of the module `engine`, and the files that it reads. */
export interface EngineImage {
  readonly parameters: EngineParameters;
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** What the large memory is filled with before the first picture; null where there is none. */
  readonly large: Uint8Array | null;
}

/** One field of a word: an integer, and in how many bits it is written. */
type Field = readonly [value: number, bits: number];

/** Turns a program into what the Verilog reads: each field as wide as its largest value. */
export function engineImage(program: EngineProgram, store: WeightStore = PLAIN): EngineImage {
  const { folding, stages, taps, columns, products, parameters, pixels, bits } = program;
  const known = engineParameters(program, store);
  const weights = storeWeights(program, store);
  const layout = weightLayout(program, store);
  const width = {
    count: known.COUNT_BITS,
    address: known.ADDRESS_BITS,
    tap: known.TAP_BITS,
    column: known.COLUMN_BITS,
    weight: known.WEIGHT_ADDRESS_BITS,
    shift: known.SHIFT_BITS,
    parameter: known.PARAMETER_BITS,
    table: known.TABLE_BITS,
  };
  const bankBits = known.BANK_BITS;
  const shiftLeast = known.SHIFT_LEAST;

  const stageFields = (s: StageWord): Field[] => [
    [s.kind, 2],
    [Number(s.runs), 1],
    [Number(s.isPoint), 1],
    [Number(s.isLast), 1],
    [Number(s.repeatWeights), 1],
    [Number(s.wide), 1],
    [Number(s.single), 1],
    [s.outBanks, folding.banks],
    [s.requantize, 2],
    [Math.max(0, s.shift - shiftLeast), width.shift],
    [s.stepsLast, bits.index],
    [s.lastIndex, bits.index],
    ...[s.rowsLast, s.columnsLast, s.channelsLast, s.blocksLast, s.innerLast, s.rowStride].map(
      (value): Field => [value, width.count],
    ),
    [s.channelShift, 2],
    ...[s.rowStep, s.blockStep].map((value): Field => [value, width.address]),
    [s.outPhases, 2],
    ...[s.outFirst, s.outRowStep, s.outBack, s.outSkip].map((value): Field => [value, width.address]),
    [s.columnFirst, width.column],
    [s.tapFirst, width.tap],
    [s.tapLast, width.tap],
    [s.table, width.table],
    [s.weightsFirst + (s.wide ? layout.wideBase : layout.narrowBase), width.weight],
    [s.padding, bits.index],
    [s.parametersFirst, width.parameter],
  ];
  const most = 2 ** width.count - 1;
  const tapFields = (t: TapWord): Field[] => [
    [t.rowFrom, width.count],
    [Math.min(most, t.rowTo), width.count],
    [t.columnFrom, width.count],
    [Math.min(most, t.columnTo), width.count],
    [t.skew, bankBits],
    [t.turn, bankBits],
    [t.offset, width.address],
  ];
  const productRows = products.flatMap((table) => [
    ...table,
    ...Array.from({ length: 2 ** bits.index - table.length }, () => table[0]?.map(() => 0) ?? []),
  ]);

  return {
    parameters: known,
    files: [
      {
        name: 'stages.hex',
        content: hex(
          stages.map(stageFields),
          stages.map(({ name }) => name),
        ),
      },
      { name: 'taps.hex', content: hex(taps.map(tapFields)) },
      {
        name: 'columns.hex',
        content: hex(
          columns.map(({ offset, bank }) => [
            [offset, width.address],
            [bank, bankBits],
          ]),
        ),
      },
      {
        name: 'products.hex',
        // The first level in the lowest bits.
        content: hex(productRows.map((row) => row.map((value): Field => [value, bits.product]).reverse())),
      },
      { name: 'narrow.hex', content: hexWords(weights.narrow, layout.narrowBits) },
      { name: 'wide.hex', content: hexWords(weights.wide, layout.wideBits) },
      {
        name: 'parameters.hex',
        content: hex((parameters.length === 0 ? [0] : parameters).map((value) => [[value, bits.sum]])),
      },
      { name: 'pixels.hex', content: hex(pixels.map((index) => [[index, bits.index]])) },
    ],
    large: weights.large,
  };
}

/** Words for $readmemh, one a line; a word of zeros where there is none. */
function hexWords(words: readonly bigint[], bits: number): string {
  const digits = Math.ceil(Math.max(1, bits) / 4);
  return (words.length === 0 ? [0n] : words)
    .map((word) => `${word.toString(16).padStart(digits, '0')}\n`)
    .join('');
}

/** Words for $readmemh, one a line, fields from the highest bits down; negative integers in two's complement. */
function hex(words: readonly (readonly Field[])[], comments: readonly string[] = []): string {
  return words
    .map((fields, at) => {
      let word = 0n;
      let bits = 0;
      for (const [value, width] of fields) {
        word = (word << BigInt(width)) | BigInt.asUintN(width, BigInt(value));
        bits += width;
      }
      const digits = word.toString(16).padStart(Math.ceil(bits / 4), '0');
      const comment = comments[at];
      return comment === undefined ? digits : `${digits}  // ${comment}`;
    })
    .join('\n')
    .concat('\n');
}
