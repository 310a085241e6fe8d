import { walkOf } from './clocks.js';
import type { EngineProgram } from './engine-program.js';
import { unsignedBits } from './folding.js';
import { REQUANTIZE, type StageWord, type TapWord } from './stage-words.js';
import { PLAIN, storeWeights, type WeightStore } from './weight-store.js';

/** Parameters of the module `engine`, and the files that it reads. */
export interface EngineImage {
  readonly parameters: Readonly<Record<string, number>>;
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** What the large memory is filled with before the first picture; null where there is none. */
  readonly large: { readonly words: number; readonly bytes: Uint8Array } | null;
}

/** One field of a word: an integer, and in how many bits it is written. */
type Field = readonly [value: number, bits: number];

/** Turns a program into what the Verilog reads: each field as wide as its largest value. */
export function engineImage(program: EngineProgram, store: WeightStore = PLAIN): EngineImage {
  const { folding, stages, taps, columns, products, narrow, wide, parameters, pixels, levels, bits, shifts } =
    program;
  const weights = storeWeights(program, store);
  const { banks, filters } = folding;
  const bankBits = Math.max(1, Math.log2(banks));
  const weightBits = unsignedBits(levels);
  const counts = stages.flatMap((stage) => [
    stage.rowsLast * Math.max(1, stage.rowStride),
    stage.columnsLast + banks,
    stage.channelsLast,
    stage.blocksLast,
    stage.innerLast,
    stage.rowStride,
  ]);
  const bounds = taps.flatMap(({ rowFrom, rowTo, columnFrom, columnTo }) =>
    [rowFrom, rowTo, columnFrom, columnTo].filter(Number.isFinite),
  );
  const shiftLeast = Math.min(shifts.min, bits.sum - 1);
  const width = {
    count: Math.max(bankBits + 1, unsignedBits(Math.max(banks, filters, ...counts, ...bounds))),
    address: 0,
    stage: unsignedBits(stages.length - 1),
    tap: unsignedBits(taps.length - 1),
    column: 0,
    weight: unsignedBits(Math.max(1, narrow.length, weights.wideBase + wide.length)),
    shift: unsignedBits(shifts.max - shiftLeast),
    parameter: 0,
    table: unsignedBits(Math.max(1, products.length - 1)),
  };
  // Counts are added to addresses, which must not be narrower.
  width.column = Math.max(width.count, unsignedBits(columns.length - 1));
  width.parameter = Math.max(width.count, bits.index, unsignedBits(parameters.length));
  const logits = stages.find(({ isLast }) => isLast);
  const results = logits === undefined ? 0 : (logits.rowsLast + 1) * logits.outRowStep;
  width.address = Math.max(width.count, unsignedBits(Math.max(program.activationWords - 1, results)));

  const stageFields = (s: StageWord): Field[] => [
    [s.kind, 2],
    [Number(s.runs), 1],
    [Number(s.isPoint), 1],
    [Number(s.isLast), 1],
    [Number(s.repeatWeights), 1],
    [Number(s.wide), 1],
    [Number(s.single), 1],
    [s.outBanks, banks],
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
    [s.weightsFirst + (s.wide ? weights.wideBase : 0), width.weight],
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
    parameters: {
      BANKS: banks,
      BANK_BITS: bankBits,
      FILTERS: filters,
      LEVELS: levels,
      WEIGHT_BITS: weightBits,
      INDEX_BITS: bits.index,
      PRODUCT_BITS: bits.product,
      SUM_BITS: bits.sum,
      SHIFT_LEAST: shiftLeast,
      SHIFT_BITS: width.shift,
      ADDRESS_BITS: width.address,
      ACTIVATION_WORDS: program.activationWords,
      COUNT_BITS: width.count,
      STAGES: stages.length,
      STAGE_BITS: width.stage,
      TAPS: taps.length,
      TAP_BITS: width.tap,
      COLUMNS: columns.length,
      COLUMN_BITS: width.column,
      NARROW_WORDS: Math.max(1, narrow.length),
      WIDE_WORDS: Math.max(1, wide.length),
      WEIGHT_ADDRESS_BITS: width.weight,
      PACKED: Number(store.packed),
      LARGE_BITS: store.largeBits,
      LARGE_WORDS: weights.large?.words ?? 1,
      PARAMETERS: Math.max(1, parameters.length),
      PARAMETER_BITS: width.parameter,
      TABLES: Math.max(1, products.length),
      TABLE_BITS: width.table,
      // As many as a picture takes, to the clock.
      CLOCK_BITS: unsignedBits(
        stages.slice(1).reduce((sum, stage) => sum + walkOf(stage, program).clocks, 0),
      ),
      BOUNDED: Number(taps.some(isBounded)),
      THRESHOLDS: Number(stages.some(({ requantize }) => requantize === REQUANTIZE.thresholds)),
    },
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
      { name: 'narrow.hex', content: hexWords(weights.narrow, weights.narrowBits) },
      { name: 'wide.hex', content: hexWords(weights.wide, weights.wideBits) },
      {
        name: 'parameters.hex',
        content: hex((parameters.length === 0 ? [0] : parameters).map((value) => [[value, bits.sum]])),
      },
      { name: 'pixels.hex', content: hex(pixels.map((index) => [[index, bits.index]])) },
    ],
    large: weights.large,
  };
}

function isBounded({ rowFrom, rowTo, columnFrom, columnTo }: TapWord): boolean {
  return rowFrom > 0 || rowTo < Infinity || columnFrom > 0 || columnTo < Infinity;
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
