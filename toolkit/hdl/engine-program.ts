import {
  analyse,
  placeTenants,
  range,
  type AnalysedStage,
  type Interval,
  type TableNetwork,
} from '../network/index.js';
import { signedWidth, unsignedBits, type Folding } from './folding.js';
import { operationsOf, type EngineGraph, type Operation } from './operations.js';
import { parametersOf, requantizeFields } from './requantize-words.js';
import { KINDS, NOTHING, type StageWord, type TapWord } from './stage-words.js';
import { tapsOf } from './taps.js';
import { columnPlace, layOut, rowStep, type ColumnPlace, type TensorLayout } from './tensor-layout.js';
import { weightWords } from './weight-words.js';

/** Everything that the engine reads, as integers. */
export interface EngineProgram {
  readonly folding: Folding;
  readonly stages: readonly StageWord[];
  readonly taps: readonly TapWord[];
  readonly columns: readonly ColumnPlace[];
  /** By table, by activation index: the products with the weight levels that have any but 0. */
  readonly products: readonly (readonly (readonly number[])[])[];
  /** Codes of weights, banks x filters of them a word; a code of `levels` stands for no product. */
  readonly weights: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly pixels: readonly number[];
  readonly levels: number;
  readonly activationWords: number;
  readonly bits: { readonly index: number; readonly product: number; readonly sum: number };
}

/** Compiles a network for the sequential engine. Throws InputError for a table of steps that does not ascend. */
export function engineProgram(network: TableNetwork, folding: Folding): EngineProgram {
  const analysis = analyse(network);
  const graph = operationsOf(network, analysis, folding.banks);
  const layouts = new Map(
    graph.tensors.map(({ name, shape, phases }) => [name, layOut(shape, folding.banks, phases)]),
  );
  const logits = analysis.logits.name;
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
  const columnsOf = new Map<string, number>();
  const tables: number[][][] = [];
  const tableOf = new Map<string, { number: number; codes: readonly number[] }>();
  const weights: number[][] = [];
  const parameters: number[] = [];

  const layoutOf = (name: string): TensorLayout => {
    const layout = layouts.get(name);
    if (layout === undefined) throw new Error(`no layout for tensor "${name}"`);
    return layout;
  };
  /** Where the columns of a tensor lie; the logits are numbered as the tensor's elements are. */
  const columnTable = (name: string): number => {
    const layout = layoutOf(name);
    const [, width, channels] = layout.shape;
    const list = Array.from({ length: width }, (_, x) =>
      name === logits ? { offset: x * channels, bank: 0 } : columnPlace(layout, x),
    );
    const key = JSON.stringify(list);
    const known = columnsOf.get(key);
    if (known !== undefined) return known;
    columnsOf.set(key, columns.length);
    columns.push(...list);
    return columns.length - list.length;
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

  const writes = (name: string, first = 0, count?: number) => {
    const { shape } = layoutOf(name);
    return {
      rowsLast: shape[0] - 1,
      columnsLast: shape[1] - 1,
      channelsLast: (count ?? shape[2]) - 1,
      outFirst: name === logits ? first : (places.offsets.get(name) ?? 0) + first,
      outRowStep: name === logits ? shape[1] * shape[2] : rowStep(layoutOf(name)),
      columnFirst: columnTable(name),
    };
  };

  const stages: StageWord[] = [
    { ...NOTHING, name: 'the picture', isPoint: true, ...writes('input') },
    ...graph.operations.map((operation, at): StageWord => {
      const to = writes(operation.output, operation.channels.first, operation.channels.count);
      const base = {
        ...NOTHING,
        name: operation.name,
        kind: KINDS[operation.kind],
        isPoint: operation.isPoint,
        ...to,
      };
      if (operation.kind === 'view') return base;
      const from = layoutOf(operation.inputs[0] ?? '');
      const origins = operation.inputs.map((name) => places.offsets.get(name) ?? 0);
      const table = operation.kind === 'largest' ? { number: 0, codes: [] } : addTable(operation.products);
      const requantizing = requantizeFields(operation);
      const word: StageWord = {
        ...base,
        runs: true,
        isLast: at === graph.operations.length - 1,
        repeatWeights: operation.sameWeights,
        ...loops(operation, from, folding),
        origin: origins[0] ?? 0,
        rowStep: rowStep(from) * operation.stride[0],
        blockStep: from.shape[2] * (folding.banks === 1 ? operation.stride[1] : 1),
        rowStride: operation.stride[0],
        tapFirst: taps.length,
        tapLast: 0,
        table: table.number,
        weightsFirst: weights.length,
        padding: operation.outside === 'nothing' ? nothing : operation.outside,
        parametersFirst: parameters.length,
        ...requantizing,
      };
      taps.push(...tapsOf(operation, from, origins, folding));
      if (operation.kind !== 'largest') weights.push(...weightWords(operation, from, table.codes, folding));
      parameters.push(...parametersOf(operation, requantizing, sumBits));
      return { ...word, tapLast: taps.length - 1 };
    }),
  ];

  const rows = indices + (padded ? 1 : 0);
  const levels = Math.max(1, ...tables.map((table) => table[0]?.length ?? 0));
  const products = tables.map((table) =>
    Array.from({ length: rows }, (_, a) =>
      Array.from({ length: levels }, (_unused, w) => table[a]?.[w] ?? 0),
    ),
  );
  return {
    folding,
    stages,
    taps,
    columns,
    products,
    weights: weights.map((word) => word.map((code) => (code < 0 ? levels : code))),
    parameters,
    pixels: network.input.table,
    levels,
    activationWords: places.size,
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
  return placeTenants(
    tensors
      .filter(({ name }) => name !== logits)
      .map(({ name }) => ({
        name,
        size: layouts.get(name)?.words ?? 0,
        from: operations.findIndex(({ output }) => output === name),
        to: Math.max(
          operations.findLastIndex(({ output }) => output === name),
          operations.findLastIndex(({ inputs }) => inputs.includes(name)),
        ),
      })),
  );
}

function loops(
  { kind, channels }: Operation,
  from: TensorLayout,
  { banks, filters }: Folding,
): { outerLast: number; innerLast: number } {
  const turns = (outputs: number): number => Math.ceil(channels.count / outputs) - 1;
  if (kind === 'scan') return { outerLast: turns(banks * filters), innerLast: from.words - 1 };
  if (kind === 'window') return { outerLast: turns(filters), innerLast: from.shape[2] - 1 };
  return { outerLast: channels.count - 1, innerLast: 0 };
}
