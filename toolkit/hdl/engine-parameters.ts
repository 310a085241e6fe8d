import { walkOf } from './clocks.js';
import type { EngineProgram } from './engine-program.js';
import { unsignedBits } from './folding.js';
import { REQUANTIZE, type TapWord } from './stage-words.js';
import { weightLayout, type WeightStore } from './weight-store.js';

/** Parameters of the module `engine` (hdl-templates/engine/engine.v). */
export type EngineParameters = ReturnType<typeof engineParameters>;

/** Sizes and widths of what a program has: each field as wide as its largest value. */
export function engineParameters(program: EngineProgram, store: WeightStore) {
  const { folding, stages, taps, columns, products, narrow, wide, parameters, levels, bits, shifts } =
    program;
  const layout = weightLayout(program, store);
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
    weight: unsignedBits(Math.max(1, layout.narrowBase + narrow.length, layout.wideBase + wide.length)),
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
  return {
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
    LARGE_WORDS: Math.max(1, layout.largeWords),
    PARAMETERS: Math.max(1, parameters.length),
    PARAMETER_BITS: width.parameter,
    TABLES: Math.max(1, products.length),
    TABLE_BITS: width.table,
    // As many as a picture takes, to the clock.
    CLOCK_BITS: unsignedBits(stages.slice(1).reduce((sum, stage) => sum + walkOf(stage, program).clocks, 0)),
    BOUNDED: Number(taps.some(isBounded)),
    THRESHOLDS: Number(stages.some(({ requantize }) => requantize === REQUANTIZE.thresholds)),
  };
}

function isBounded({ rowFrom, rowTo, columnFrom, columnTo }: TapWord): boolean {
  return rowFrom > 0 || rowTo < Infinity || columnFrom > 0 || columnTo < Infinity;
}
