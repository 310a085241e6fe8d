import {
  analyse,
  elements,
  networkHash,
  productTableOf,
  requantizeOf,
  type AnalysedStage,
  type Analysis,
  type MemoryPlan,
  type Shape,
  type TableNetwork,
} from '../network/index.js';
import { macroName, networkCName } from './c-names.js';
import {
  levelSumsFunctions,
  levelSumsStructs,
  levelSumsTables,
  type LevelSumsFunctions,
} from './kernels/level-sums-source.js';
import { rowStructs, rowTables } from './kernels/rows-source.js';
import { pairStructs, pairTables } from './kernels/pairs-source.js';
import { chooseKernels } from './kernels/choose.js';
import type { KernelOptions } from './kernels/kernel-options.js';
import { ENGINE_NAMES, engineFiles, engineHeaders, KERNELS } from './engine-files.js';
import { planMemory, type PlannedStage } from './memory-plan.js';
import { numberTypes, type NumberTypes } from './number-types.js';
import { ENGINE, stageStructs, type Struct } from './stage-text.js';
import {
  indexTables,
  inputTable,
  productTable,
  requantizeTables,
  valueTables,
  weightTables,
  type Table,
} from './tables.js';

/** What the templates of the network library print: ready names, numbers and lines. */
export interface NetworkSource {
  readonly name: string;
  readonly cName: string;
  readonly macro: string;
  readonly hash: string;
  readonly hashBytes: string;
  readonly input: string;
  readonly pixels: number;
  readonly logits: number;
  readonly lastLabel: number;
  readonly stageCount: number;
  readonly workspaceBytes: number;
  readonly inputOffset: number;
  readonly packedBits: number;
  readonly packedBytes: number;
  /** Bits of the last byte that hold indices, 1 to 8. */
  readonly packedInLastByte: number;
  readonly largestIndex: number;
  readonly sumType: string;
  readonly lanes: number;
  /** 1 where the core has Arm's saturating additions, else 0. */
  readonly saturates: 0 | 1;
  readonly productType: string;
  readonly inputTable: Table;
  readonly products: readonly Table[];
  readonly stages: readonly StageSource[];
  readonly points: readonly { readonly comment: string; readonly offset: number; readonly count: number }[];
  readonly engineNames: readonly { readonly short: string }[];
  /** Headers of the kernels that the network uses. */
  readonly headers: readonly string[];
  /** Files of the engine that the network needs. */
  readonly files: readonly string[];
}

export interface StageSource {
  readonly number: number;
  readonly description: string;
  readonly bounds: string;
  /** How it is computed, and why. */
  readonly kernel: string;
  readonly tables: readonly Table[];
  readonly structs: readonly Struct[];
  /** Of a stage computed by sums over levels. */
  readonly levelSums: LevelSumsFunctions | null;
  /** Null where the stage before has done it. */
  readonly call: string | null;
}

/** All constants of a network, for measuring before anything is built. */
export function allTables({ inputTable: input, products, stages }: NetworkSource): readonly Table[] {
  return [input, ...products, ...stages.flatMap(({ tables }) => tables)];
}

/** Bits of a packed activation index: the fewest that hold all levels of the input. */
export function packedBits(levels: number): number {
  return Math.max(1, Math.ceil(Math.log2(levels)));
}

/** Lays out a network for C: number types, memory, tables and wiring. Throws InputError for an invalid network. */
export function networkSource(network: TableNetwork, options: KernelOptions): NetworkSource {
  const analysis = analyse(network);
  const stages = chooseKernels(network, analysis.stages, options);
  const held = stages.flatMap(({ kernel }) => (kernel.name === 'rows' ? [kernel.plan.held] : []));
  const types = numberTypes(network, analysis.stages, held);
  const plan = planMemory(network.input.shape, stages, options.lanes);
  const lookedUp = new Set(
    stages.flatMap(({ analysed: { stage }, kernel }) =>
      kernel.name === 'lookup' && 'products' in stage ? [stage.products] : [],
    ),
  );
  const cName = networkCName(network.name);
  const hash = networkHash(network);
  const pixels = elements(network.input.shape);
  const bits = packedBits(network.input.levels);
  return {
    name: network.name,
    cName,
    macro: macroName(cName),
    hash,
    hashBytes: (hash.slice(0, 16).match(/../g) ?? []).map((byte) => `0x${byte}`).join(', '),
    input: shapeText(network.input.shape),
    pixels,
    logits: elements(analysis.logits.shape),
    lastLabel: elements(analysis.logits.shape) - 1,
    stageCount: analysis.stages.length,
    workspaceBytes: plan.size,
    inputOffset: plan.offsets.get('input') ?? 0,
    packedBits: bits,
    packedBytes: Math.ceil((pixels * bits) / 8),
    packedInLastByte: ((pixels * bits - 1) % 8) + 1,
    largestIndex: network.input.levels - 1,
    sumType: types.sum,
    lanes: options.lanes,
    saturates: options.saturates ? 1 : 0,
    productType: types.product,
    inputTable: inputTable(network),
    products: Object.entries(network.products)
      .filter(([name]) => lookedUp.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, table]) => productTable(name, table, types)),
    stages: stages.map((stage, number) => stageSource(network, types, plan, stage, number)),
    points: points(network, analysis, plan, stages),
    engineNames: ENGINE_NAMES.map((short) => ({ short })),
    headers: engineHeaders(stages),
    files: engineFiles(stages),
  };
}

function stageSource(
  network: TableNetwork,
  types: NumberTypes,
  plan: MemoryPlan,
  planned: PlannedStage,
  number: number,
): StageSource {
  const { analysed, kernel } = planned;
  const { stage } = analysed;
  const context = { network, plan };
  const common = {
    number,
    description: describe(analysed),
    bounds: boundsText(analysed),
    kernel: kernelText(planned),
    levelSums: null,
  };
  const call = (stem: string, struct: Struct | undefined, logits: boolean): string =>
    `tablize_${stem}(TABLIZE_ADDRESS(&${struct?.name ?? ''}), workspace${logits ? ', logits' : ''})`;
  switch (kernel.name) {
    case 'lookup': {
      const products = 'products' in stage ? productTableOf(network, stage) : undefined;
      const tables = [
        ...('weights' in stage && products !== undefined ? weightTables(stage, products, types) : []),
        ...valueTables(stage, types),
        ...indexTables(stage),
        ...requantizeTables(analysed, types),
      ];
      const structs = stageStructs(context, analysed, tables);
      const { stem, logits } = ENGINE[stage.kind];
      return { ...common, tables, structs, call: call(stem, structs.at(-1), logits) };
    }
    case 'fused':
      return { ...common, tables: [], structs: [], call: null };
    case 'rows': {
      const tables = rowTables(analysed, kernel.plan, types);
      const structs = rowStructs(context, analysed, kernel.plan, tables);
      return {
        ...common,
        tables,
        structs,
        call: call(`${kernel.plan.stage.kind}_rows`, structs.at(-1), true),
      };
    }
    case 'pairs': {
      const structs = pairStructs(context, analysed, kernel.plan);
      const stem = `${kernel.plan.stage.kind}_pairs`;
      return { ...common, tables: pairTables(kernel.plan), structs, call: call(stem, structs.at(-1), true) };
    }
    case 'level-sums': {
      const functions = levelSumsFunctions(kernel.plan);
      const output = kernel.plan.pool === 2 ? (network.stages[number + 1]?.name ?? '') : stage.name;
      return {
        ...common,
        tables: levelSumsTables(kernel.plan),
        structs: levelSumsStructs(context, analysed, kernel.plan, output),
        levelSums: functions,
        call: `${functions.run}(workspace)`,
      };
    }
  }
}

/** How a stage is computed, and why. */
function kernelText({ analysed: { stage }, kernel, why = '' }: PlannedStage): string {
  if (kernel.name === 'fused') return 'Computed together with the stage before.';
  if (!('weights' in stage)) return 'No products.';
  const { text } = KERNELS[kernel.name];
  return why === '' ? text : `${text} ${why}`;
}

function shapeText(shape: Shape): string {
  return shape.join(' x ');
}

function describe({ stage, inputs, output }: AnalysedStage): string {
  const from = inputs.map(({ name, shape }) => `${name} (${shapeText(shape)})`).join(' and ');
  const to = output.levels === null ? 'logits' : `${output.levels} levels`;
  const windowed =
    'kernel' in stage
      ? `, kernel ${stage.kernel.join(' x ')}, stride ${stage.stride.join(' x ')}`
      : 'window' in stage
        ? `, window ${stage.window.join(' x ')}, stride ${stage.stride.join(' x ')}`
        : '';
  return `"${stage.name}", ${stage.kind}${windowed}: ${from} to ${shapeText(output.shape)}, ${to}.`;
}

function boundsText({ stage, bounds }: AnalysedStage): string {
  if (bounds === null) return 'No accumulators.';
  const requantize = requantizeOf(stage);
  const how = requantize?.kind === 'shiftTable' ? 'a shift table' : requantize ? 'thresholds' : null;
  const range = `Its sums lie in ${bounds.final.min}..${bounds.final.max} for every picture`;
  return how === null ? `${range}.` : `${range} and are requantized by ${how}.`;
}

function points(
  network: TableNetwork,
  { stages }: Analysis,
  plan: MemoryPlan,
  planned: readonly PlannedStage[],
): NetworkSource['points'] {
  const tensors = [{ name: 'input', shape: network.input.shape }, ...stages.map(({ output }) => output)];
  return tensors.map(({ name, shape }, point) => ({
    comment:
      point === stages.length
        ? `${name}, the logits: not in the workspace`
        : planned[point]?.kernel.name === 'fused'
          ? `${name}: pooled as it is made, and not kept`
          : name,
    offset: plan.offsets.get(name) ?? 0,
    count: planned[point]?.kernel.name === 'fused' ? 0 : elements(shape),
  }));
}
