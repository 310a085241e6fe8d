import {
  analyse,
  measureNetwork,
  networkHash,
  productForm,
  productTableOf,
  type NetworkFigures,
  type ProductForm,
  type ProductTable,
  type Shape,
  type TableNetwork,
} from '../network/index.js';
import {
  compactnessLines,
  compactnessReport,
  type ActivationFacts,
  type CompactnessReport,
} from './compactness.js';
import { columns, grouped, percent } from './text.js';

export interface StageReport {
  readonly name: string;
  readonly kind: string;
  readonly shape: Shape;
  /** Activation levels of the output; null for the logits. */
  readonly levels: number | null;
  readonly macs: number;
  readonly table: {
    readonly name: string;
    readonly activations: number;
    readonly weights: number;
    readonly productForm: boolean;
  } | null;
  /** Proven range of the accumulators, for any picture; null for stages that have none. */
  readonly accumulator: { readonly min: number; readonly max: number } | null;
  /** Share of weights per weight index; null for stages without weights. */
  readonly weightUse: readonly number[] | null;
}

/** Whether a network fits a board, before anything is built: code and stack come on top. */
export interface BoardFit {
  readonly board: string;
  /** Bytes of tables and weights, and what the board has; null where there is no limit. */
  readonly flash: { readonly tables: number; readonly has: number | null };
  /** Bytes of the working memory. */
  readonly ram: { readonly workspace: number; readonly has: number | null };
  /** Null when it fits, else what stands in the way. */
  readonly problem: string | null;
}

/** What `tablize inspect` knows of a network. Fields are only ever added. */
export interface InspectReport {
  readonly name: string;
  readonly hash: string;
  readonly input: { readonly shape: Shape; readonly levels: number };
  readonly figures: NetworkFigures;
  readonly stages: readonly StageReport[];
  readonly compactness: CompactnessReport;
  readonly provenance: TableNetwork['provenance'];
  readonly boards: readonly BoardFit[];
}

export function inspectNetwork(
  network: TableNetwork,
  boards: readonly BoardFit[],
  activations: ActivationFacts | null = null,
): InspectReport {
  return {
    name: network.name,
    hash: networkHash(network),
    input: { shape: network.input.shape, levels: network.input.levels },
    figures: measureNetwork(network),
    provenance: network.provenance,
    boards,
    compactness: compactnessReport(network, activations),
    stages: analyse(network).stages.map(({ stage, output, macs, bounds }): StageReport => {
      const table = 'products' in stage ? productTableOf(network, stage) : undefined;
      return {
        name: stage.name,
        kind: stage.kind,
        shape: output.shape,
        levels: output.levels,
        macs,
        table:
          table === undefined || !('products' in stage)
            ? null
            : {
                name: stage.products,
                activations: table.activations,
                weights: table.weights,
                productForm: productForm(table) !== null,
              },
        accumulator: bounds?.final ?? null,
        weightUse: table === undefined || !('weights' in stage) ? null : usage(stage.weights, table.weights),
      };
    }),
  };
}

function usage(weights: readonly number[], levels: number): number[] {
  const counts = new Array<number>(levels).fill(0);
  for (const weight of weights) counts[weight] = (counts[weight] ?? 0) + 1;
  return counts.map((count) => count / weights.length);
}

/** The report as lines for people; with `tables`, the product tables too. */
export function inspectLines(network: TableNetwork, report: InspectReport, tables: boolean): string[] {
  const { figures, provenance } = report;
  const sameShape = (shape: Shape): string => `${shape[0]} x ${shape[1]} x ${shape[2]}`;
  return [
    `${report.name}  ${report.hash.slice(0, 16)}`,
    `  input ${sameShape(report.input.shape)}, ${report.input.levels} levels; ${network.output.labels.length} labels`,
    `  ${grouped(figures.macs)} lookups a picture, ${grouped(figures.weights)} weights, tables of at most ${figures.tableEntries} entries (${figures.activationLevels} activations x ${figures.weightLevels} weights)`,
    ...(provenance.floatAccuracy === null
      ? []
      : [
          `  float accuracy ${percent(provenance.floatAccuracy)}${provenance.testPictures === null ? '' : ` on ${grouped(provenance.testPictures)} pictures`}`,
        ]),
    '',
    ...columns([
      ['stage', 'kind', 'output', 'levels', 'lookups', 'table', 'accumulator', 'weights used per level'],
      ...report.stages.map((stage) => [
        stage.name,
        stage.kind,
        sameShape(stage.shape),
        stage.levels === null ? 'logits' : `${stage.levels}`,
        stage.macs === 0 ? '-' : grouped(stage.macs),
        stage.table === null
          ? '-'
          : `${stage.table.activations} x ${stage.table.weights}${stage.table.productForm ? ' product form' : ''}`,
        stage.accumulator === null
          ? '-'
          : `${grouped(stage.accumulator.min)} .. ${grouped(stage.accumulator.max)}`,
        stage.weightUse === null ? '-' : sparkline(stage.weightUse),
      ]),
    ]),
    '',
    ...compactnessLines(report.compactness),
    '',
    ...columns([
      ['board', 'flash for tables and weights', 'RAM for the workspace', ''],
      ...report.boards.map(({ board, flash, ram, problem }) => [
        board,
        share(flash.tables, flash.has),
        share(ram.workspace, ram.has),
        problem === null ? 'fits' : `does not fit: ${problem}`,
      ]),
    ]),
    ...(tables
      ? Object.entries(network.products).flatMap(([name, table]) => ['', ...tableLines(name, table)])
      : []),
  ];
}

function share(used: number, has: number | null): string {
  return has === null ? `${grouped(used)} bytes` : `${grouped(used)} of ${grouped(has)} bytes`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** Shares as a row of bars, the largest one full height; at most 32 of them. */
function sparkline(shares: readonly number[]): string {
  if (shares.length > 32) return `${shares.filter((share) => share > 0).length} of ${shares.length} levels`;
  const top = Math.max(...shares);
  return shares
    .map((share) => BARS[Math.min(BARS.length - 1, Math.floor((share / top) * BARS.length))] ?? ' ')
    .join('');
}

function tableLines(name: string, table: ProductTable): string[] {
  const form: ProductForm | null = productForm(table);
  const heading =
    form === null
      ? 'general table'
      : `product form: (activation - ${form.zero}) x [${form.factors.join(', ')}]`;
  const rows = Array.from({ length: table.activations }, (_, a) => [
    `a${a}`,
    ...table.values.slice(a * table.weights, (a + 1) * table.weights).map(String),
  ]);
  return [
    `products "${name}", ${heading}`,
    ...columns([['', ...Array.from({ length: table.weights }, (_, w) => `w${w}`)], ...rows]),
  ];
}
