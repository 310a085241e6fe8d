import { clockBound } from './clock-bound.js';
import type { EngineProgram } from './engine-program.js';
import { unsignedBits } from './folding.js';
import { KINDS, REQUANTIZE, type StageWord, type TapWord } from './stage-words.js';
import type { ColumnPlace } from './tensor-layout.js';

/** Parameters of the module `engine`, and the files that it reads. */
export interface EngineImage {
  readonly parameters: Readonly<Record<string, number>>;
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/** One field of a word: an integer, and in how many bits it is written. */
type Field = readonly [value: number, bits: number];

/** Turns a program into what the Verilog reads: each field as wide as its largest value. */
export function engineImage(program: EngineProgram): EngineImage {
  const { folding, stages, taps, columns, products, weights, parameters, pixels, levels, bits } = program;
  const { banks, filters } = folding;
  const bankBits = Math.max(1, Math.log2(banks));
  const weightBits = unsignedBits(levels);
  const counts = stages.flatMap((stage) => [
    stage.rowsLast * Math.max(1, stage.rowStride),
    stage.columnsLast + banks,
    stage.channelsLast,
    stage.outerLast,
    stage.innerLast,
    stage.rowStride,
  ]);
  const bounds = taps.flatMap(({ rowFrom, rowTo, columnFrom, columnTo }) =>
    [rowFrom, rowTo, columnFrom, columnTo].filter(Number.isFinite),
  );
  const width = {
    count: Math.max(bankBits + 1, unsignedBits(Math.max(banks, filters, ...counts, ...bounds))),
    address: 0,
    stage: unsignedBits(stages.length - 1),
    tap: unsignedBits(taps.length - 1),
    column: 0,
    weight: unsignedBits(Math.max(1, weights.length)),
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
    [s.requantize, 2],
    [s.shift, 5],
    [s.levelsLog2, 4],
    ...[s.rowsLast, s.columnsLast, s.channelsLast, s.outerLast, s.innerLast, s.rowStride].map(
      (value): Field => [value, width.count],
    ),
    ...[s.origin, s.rowStep, s.blockStep, s.outFirst, s.outRowStep].map((value): Field => [
      value,
      width.address,
    ]),
    [s.columnFirst, width.column],
    [s.tapFirst, width.tap],
    [s.tapLast, width.tap],
    [s.table, width.table],
    [s.weightsFirst, width.weight],
    [s.lastIndex, bits.index],
    [s.padding, bits.index],
    [s.parametersFirst, width.parameter],
  ];
  const padded = stages.some((stage) => stage.runs && leavesInput(stage, taps));
  const most = 2 ** width.count - 1;
  const tapFields = (t: TapWord): Field[] => [
    [t.offset, width.address],
    [t.rotation, bankBits],
    ...(padded ? [t.rowFrom, t.rowTo, t.columnFrom, t.columnTo] : []).map((bound): Field => [
      Math.min(most, bound),
      width.count,
    ]),
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
      ADDRESS_BITS: width.address,
      ACTIVATION_WORDS: program.activationWords,
      COUNT_BITS: width.count,
      STAGES: stages.length,
      STAGE_BITS: width.stage,
      TAPS: taps.length,
      TAP_BITS: width.tap,
      COLUMNS: columns.length,
      COLUMN_BITS: width.column,
      WEIGHT_WORDS: Math.max(1, weights.length),
      WEIGHT_ADDRESS_BITS: width.weight,
      PARAMETERS: Math.max(1, parameters.length),
      PARAMETER_BITS: width.parameter,
      TABLES: Math.max(1, products.length),
      TABLE_BITS: width.table,
      CLOCK_BITS: Math.min(32, unsignedBits(clockBound(program))),
      PADDED: Number(padded),
      POOLS: Number(stages.some(({ runs, kind }) => runs && kind === KINDS.largest)),
      SEARCHES: Number(stages.some(({ requantize }) => requantize === REQUANTIZE.thresholds)),
      CONTIGUOUS: Number(stages.every((stage) => isContiguous(stage, columns))),
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
        content: hex(
          filters === 1
            ? productRows.flatMap((row) =>
                Array.from({ length: 2 ** weightBits }, (_, code): Field[] => [
                  [row[code] ?? 0, bits.product],
                ]),
              )
            : // The first level in the lowest bits.
              productRows.map((row) => row.map((value): Field => [value, bits.product]).reverse()),
        ),
      },
      {
        name: 'weights.hex',
        content: hex(
          (weights.length === 0 ? [Array.from({ length: banks * filters }, () => 0)] : weights).map((word) =>
            word.map((code): Field => [code, weightBits]).reverse(),
          ),
        ),
      },
      {
        name: 'parameters.hex',
        content: hex((parameters.length === 0 ? [0] : parameters).map((value) => [[value, bits.sum]])),
      },
      { name: 'pixels.hex', content: hex(pixels.map((index) => [[index, bits.index]])) },
    ],
  };
}

/** Whether a tap of the stage is outside the input in any window. */
function leavesInput(stage: StageWord, taps: readonly TapWord[]): boolean {
  const lastRow = stage.rowsLast * stage.rowStride;
  return taps
    .slice(stage.tapFirst, stage.tapLast + 1)
    .some(
      ({ rowFrom, rowTo, columnFrom, columnTo }) =>
        rowFrom > 0 || columnFrom > 0 || rowTo <= lastRow || columnTo <= stage.columnsLast,
    );
}

/** Whether what the stage writes lies one element after another: rows > columns > channels. */
function isContiguous(stage: StageWord, columns: readonly ColumnPlace[]): boolean {
  const channels = stage.channelsLast + 1;
  const width = stage.columnsLast + 1;
  return (
    (stage.rowsLast === 0 || stage.outRowStep === width * channels) &&
    columns
      .slice(stage.columnFirst, stage.columnFirst + width)
      .every(({ offset, bank }, x) => bank === 0 && offset === x * channels)
  );
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
