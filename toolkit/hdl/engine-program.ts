import {
  analyse,
  placeTenants,
  range,
  type Analysis,
  type AnalysedStage,
  type Interval,
  type TableNetwork,
} from '../network/index.js';
import { signedWidth, unsignedBits, type Folding } from './folding.js';
import { operationsOf, type EngineGraph, type Operation } from './operations.js';
import { parametersOf, requantizeFields } from './requantize-words.js';
import { splitColumns, writtenBanks } from './single-columns.js';
import { KINDS, NOTHING, REQUANTIZE, withoutChange, type StageWord, type TapWord } from './stage-words.js';
import { tapsOf } from './taps.js';
import { columnPlace, layOut, type ColumnPlace, type TensorLayout } from './tensor-layout.js';
import { isWide, weightWords } from './weight-words.js';

/** Everything that the engine reads, as integers. */
export interface EngineProgram {
  readonly folding: Folding;
  readonly stages: readonly StageWord[];
  readonly taps: readonly TapWord[];
  readonly columns: readonly ColumnPlace[];
  /** By table, by activation index: the products with the weight levels that have any but 0. */
  readonly products: readonly (readonly (readonly number[])[])[];
  /** By table, by weight index: its code, that of the column of `products`; `levels` where there is no product. */
  readonly codes: readonly (readonly number[])[];
  /** Codes of weights, `filters` of them a word, for stages whose groups have the same filters; a code of `levels` stands for no product. */
  readonly narrow: readonly (readonly number[])[];
  /** The same for stages whose groups have filters of their own: banks x filters a word. */
  readonly wide: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly pixels: readonly number[];
  readonly levels: number;
  readonly activationWords: number;
  /** Range of the shifts of stages that requantize by one. */
  readonly shifts: Interval;
  readonly bits: { readonly index: number; readonly product: number; readonly sum: number };
}

/** Compiles a network for the sequential engine. Throws InputError for a table of steps that does not ascend. */
export function engineProgram(
  network: TableNetwork,
  folding: Folding,
  analysis: Analysis = analyse(network),
): EngineProgram {
  const whole = operationsOf(network, analysis, folding.banks);
  const layouts = new Map(
    whole.tensors.map(({ name, shape, phases }) => [name, layOut(shape, folding.banks, phases)]),
  );
  const layoutOf = (name: string): TensorLayout => {
    const layout = layouts.get(name);
    if (layout === undefined) throw new Error(`no layout for tensor "${name}"`);
    return layout;
  };
  const logits = analysis.logits.name;
  const shifts = shiftRange(whole.operations);
  const graph: EngineGraph = {
    tensors: whole.tensors,
    operations: whole.operations
      .map((operation) => scaledCopy(operation, shifts.min))
      .flatMap((operation) =>
        splitColumns(operation, layoutOf(operation.output), operation.output === logits),
      ),
  };
  const places = placeTensors(graph, layouts, logits);
  const indices = Math.max(network.input.levels, ...analysis.stages.map(({ output }) => output.levels ?? 1));
  const padded = graph.operations.some(
    ({ outside, padding }) => outside === 'nothing' && Object.values(padding).some((n) => n > 0),
  );
  const nothing = padded ? indices : 0;
  const sums = sumRange(graph.operations, analysis.stages);
  const sumBits = Math.max(signedWidth({ min: sums.min - 1, max: sums.max + 1 }), 2 + unsignedBits(indices));

  const taps: TapWord[] = [];
  const columns: ColumnPlace[] = [];
  const tables: number[][][] = [];
  const tableOf = new Map<string, { number: number; codes: readonly number[] }>();
  const narrow: number[][] = [];
  const wide: number[][] = [];
  const parameters: number[] = [];
  const known = new Map<string, number>();
  /** Where a list begins in another, to which it is added unless it is there. */
  const place = <T>(kind: string, all: T[], list: readonly T[]): number => {
    const key = kind + JSON.stringify(list);
    const first = known.get(key) ?? all.length;
    if (!known.has(key)) all.push(...list);
    known.set(key, first);
    return first;
  };

  /** Where the columns of a tensor's first row lie; the logits are not stored. */
  const columnTable = (name: string): number => {
    if (name === logits) return 0;
    const layout = layoutOf(name);
    const base = places.offsets.get(name) ?? 0;
    const list = Array.from({ length: layout.shape[1] }, (_, x) => {
      const { offset, bank } = columnPlace(layout, x);
      return { offset: base + offset, bank };
    });
    return place('columns', columns, list);
  };
  const addTable = (rows: readonly (readonly number[])[]): { number: number; codes: readonly number[] } => {
    const key = JSON.stringify(rows);
    const known = tableOf.get(key);
    if (known !== undefined) return known;
    const width = rows[0]?.length ?? 0;
    const used = Array.from({ length: width }, (_, w) => w).filter((w) => rows.some((row) => row[w] !== 0));
    const added = {
      number: tables.length,
      codes: Array.from({ length: width }, (_, w) => (used.includes(w) ? used.indexOf(w) : -1)),
    };
    tables.push(rows.map((row) => used.map((w) => row[w] ?? 0)));
    tableOf.set(key, added);
    return added;
  };

  /** Where an operation writes, or where a tensor lies. */
  const writes = (name: string, channels?: Operation['channels'], column: number | null = null) => {
    const layout = layoutOf(name);
    const [height, width, all] = layout.shape;
    const { first, count } = channels ?? { first: 0, count: all };
    const isLogits = name === logits;
    const step = isLogits ? 1 : layout.channelStep;
    const at = column === null ? 0 : isLogits ? column * all : columnPlace(layout, column).offset;
    const outRowStep = isLogits ? width * all : layout.rowStep;
    const last = (count - 1) * step;
    return {
      rowsLast: height - 1,
      columnsLast: width - 1,
      channelsLast: count - 1,
      outPhases: Math.log2(step),
      outFirst: (isLogits ? 0 : (places.offsets.get(name) ?? 0)) + first * step + at,
      outRowStep,
      outBack: -last,
      outSkip: column === null ? all * step - last : outRowStep - last,
      columnFirst: columnTable(name),
    };
  };

  const stages: StageWord[] = [
    { ...NOTHING, name: 'the picture', isPoint: true, ...writes('input') },
    ...graph.operations.map((operation, at): StageWord => {
      const { kind, output, channels, column } = operation;
      const to = layoutOf(output);
      const base = {
        ...NOTHING,
        name: operation.name,
        kind: KINDS[kind],
        isPoint: operation.isPoint,
        ...writes(output, kind === 'view' ? undefined : channels, column),
      };
      if (kind === 'view') return base;
      const from = layoutOf(operation.inputs[0] ?? '');
      const origins = operation.inputs.map((name) => places.offsets.get(name) ?? 0);
      const table = kind === 'largest' ? { number: 0, codes: [] } : addTable(operation.products);
      const requantizing = requantizeFields(operation);
      const isSingle = kind === 'scan' || column !== null;
      const blocksLast = isSingle ? 0 : Math.ceil(to.shape[1] / folding.banks) - 1;
      const blockStep = from.blockStep * (folding.banks === 1 ? operation.stride[1] : 1);
      const windows = { rows: to.shape[0], columns: column === null ? to.shape[1] : 1 };
      const words = kind === 'largest' ? [] : weightWords(operation, from, table.codes, folding);
      const tapWords = tapsOf(operation, from, origins, folding, windows);
      const tapFirst = place('taps', taps, tapWords);
      return {
        ...base,
        runs: true,
        isLast: at === graph.operations.length - 1,
        repeatWeights: operation.sameWeights,
        wide: isWide(operation, folding),
        single: isSingle,
        outBanks: writtenBanks(operation, to),
        blocksLast,
        innerLast: kind === 'scan' ? from.words - 1 : kind === 'window' ? from.shape[2] - 1 : 0,
        blockStep,
        rowStep: from.rowStep * operation.stride[0] - blocksLast * blockStep,
        rowStride: operation.stride[0],
        channelShift: kind === 'scan' ? 0 : Math.log2(from.channelStep),
        tapFirst,
        tapLast: tapFirst + tapWords.length - 1,
        table: table.number,
        weightsFirst: isWide(operation, folding)
          ? place('wide', wide, words)
          : place('narrow', narrow, words),
        padding: operation.outside === 'nothing' ? nothing : operation.outside,
        parametersFirst:
          kind === 'largest'
            ? 0
            : place('parameters', parameters, parametersOf(operation, requantizing, sums)),
        ...requantizing,
      };
    }),
  ];

  const rows = indices + (padded ? 1 : 0);
  const levels = Math.max(1, ...tables.map((table) => table[0]?.length ?? 0));
  const products = tables.map((table) =>
    Array.from({ length: rows }, (_, a) =>
      Array.from({ length: levels }, (_unused, w) => table[a]?.[w] ?? 0),
    ),
  );
  const coded = (word: readonly number[]): number[] => word.map((code) => (code < 0 ? levels : code));
  return {
    folding,
    stages: withoutChange(stages),
    taps,
    columns,
    products,
    codes: [...tableOf.values()].map((table) => coded(table.codes)),
    narrow: narrow.map(coded),
    wide: wide.map(coded),
    parameters,
    pixels: network.input.table,
    levels,
    activationWords: places.size,
    shifts,
    bits: {
      index: unsignedBits(rows - 1),
      product: signedWidth(range([0, ...products.flat(2)])),
      sum: sumBits,
    },
  };
}

/** What a sum can be while it grows and when its parameter is added; that parameter; and each product, which is no wider then. */
function sumRange(operations: readonly Operation[], stages: readonly AnalysedStage[]): Interval {
  const values = stages.flatMap(({ stage, bounds }) => {
    if (bounds === null) return [];
    const { partial, final } = bounds;
    const bias = 'bias' in stage ? stage.bias : [0];
    const offset =
      'requantize' in stage && stage.requantize?.kind === 'shiftTable' ? stage.requantize.offset : 0;
    const words = bias.map((value) => value + offset);
    return [partial.min, partial.max, final.min + offset, final.max + offset, ...words];
  });
  const products = operations.flatMap((operation) => operation.products.flat());
  return range([0, ...values, ...products]);
}

/** A tensor lives from the operation that first writes it to the last that reads it. The logits are not stored. */
function placeTensors(
  { tensors, operations }: EngineGraph,
  layouts: ReadonlyMap<string, TensorLayout>,
  logits: string,
) {
  // A phase is the lowest part of an address, so that each tensor begins where it is 0.
  const steps = Math.max(...Array.from(layouts.values(), ({ channelStep }) => channelStep));
  return placeTenants(
    tensors
      .filter(({ name }) => name !== logits)
      .map(({ name }) => ({
        name,
        size: Math.ceil((layouts.get(name)?.words ?? 0) / steps) * steps,
        from: operations.findIndex(({ output }) => output === name),
        to: Math.max(
          operations.findLastIndex(({ output }) => output === name),
          operations.findLastIndex(({ inputs }) => inputs.includes(name)),
        ),
      })),
  );
}

/** Of the stages that requantize by a shift. */
function shiftRange(operations: readonly Operation[]): Interval {
  const shifts = operations.flatMap((operation) => {
    const { requantize, shift } = requantizeFields(operation);
    return requantize === REQUANTIZE.shift && operation.requantize !== 'copy' ? [shift] : [];
  });
  return shifts.length === 0 ? { min: 0, max: 0 } : range(shifts);
}

/** An operation whose sum is the index, as one that requantizes by the shift that all have: its products are so much larger. */
function scaledCopy(operation: Operation, shift: number): Operation {
  if (operation.requantize !== 'copy' || operation.kind !== 'channel') return operation;
  const last = Math.max(...operation.products.flat());
  return {
    ...operation,
    products: operation.products.map((row) => row.map((value) => value * 2 ** shift)),
    requantize: {
      kind: 'shiftTable',
      shift,
      offset: 0,
      table: Array.from({ length: last + 1 }, (_, index) => index),
    },
  };
}
