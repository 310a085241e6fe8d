import {
  elements,
  productTableOf,
  requantizeOf,
  type AnalysedStage,
  type MemoryPlan,
  type Stage,
  type TableNetwork,
  type WeightedStage,
} from '../network/index.js';
import { constantName } from './c-names.js';
import { initializerLines, literal, type Field } from './c-text.js';
import { scratchOf } from './memory-plan.js';
import { productLayout, type Table } from './tables.js';

/** The struct type, and the function that runs it, per stage kind. */
export const ENGINE: Readonly<Record<Stage['kind'], { readonly stem: string; readonly logits: boolean }>> = {
  dense: { stem: 'dense', logits: true },
  conv2d: { stem: 'conv2d', logits: true },
  depthwiseConv2d: { stem: 'depthwise', logits: true },
  maxPool: { stem: 'max_pool', logits: false },
  averagePool: { stem: 'average_pool', logits: true },
  add: { stem: 'add', logits: true },
  concat: { stem: 'concat', logits: false },
};

/** A constant struct, or list of structs, of the generated C file. */
export interface Struct {
  readonly type: string;
  readonly name: string;
  /** `[n]` for a list, else empty. */
  readonly suffix: string;
  readonly lines: readonly string[];
}

export interface StageContext {
  readonly network: TableNetwork;
  readonly plan: MemoryPlan;
}

export function offsetOf({ plan }: StageContext, name: string): number {
  return plan.offsets.get(name) ?? 0;
}

/** A pointer to a constant, as an initializer. */
export function addressOf(role: string, name: string): string {
  return `TABLIZE_ADDRESS(${constantName(role, name)})`;
}

/** The structs of a stage: lists that it points to, then itself. */
export function stageStructs(
  context: StageContext,
  analysed: AnalysedStage,
  tables: readonly Table[],
): readonly Struct[] {
  const { stage } = analysed;
  const { stem } = ENGINE[stage.kind];
  const self = (fields: readonly Field[]): Struct => ({
    type: `tablize_${stem}_t`,
    name: constantName('stage', stage.name),
    suffix: '',
    lines: initializerLines(fields),
  });
  const output: Field = ['output', offsetOf(context, stage.name)];
  const requantize: Field = ['requantize', requantizeFields(analysed, tables)];
  switch (stage.kind) {
    case 'dense':
      return [
        self([
          ['input', offsetOf(context, stage.input)],
          output,
          ['filters', filterFields(context, stage)],
          requantize,
        ]),
      ];
    case 'conv2d':
    case 'depthwiseConv2d':
      return [
        self([
          ['window', windowFields(context, analysed, stage, stage.kernel)],
          output,
          ['filters', filterFields(context, stage)],
          requantize,
        ]),
      ];
    case 'maxPool':
      return [self([['window', windowFields(context, analysed, stage, stage.window)], output])];
    case 'averagePool':
      return [
        self([
          ['window', windowFields(context, analysed, stage, stage.window)],
          output,
          ['values', addressOf('values', stage.name)],
          requantize,
        ]),
      ];
    case 'add': {
      const addends = stage.inputs.map((input, k): readonly Field[] => [
        ['input', offsetOf(context, input)],
        ['values', addressOf(`values${k}`, stage.name)],
      ]);
      const list = structList('tablize_addend_t', constantName('addends', stage.name), addends);
      return [
        list,
        self([
          output,
          ['elements', elements(analysed.output.shape)],
          ['addends', addressOf('addends', stage.name)],
          ['addend_count', addends.length],
          requantize,
        ]),
      ];
    }
    case 'concat': {
      const starts = analysed.inputs.map((_, k) =>
        analysed.inputs.slice(0, k).reduce((sum, { shape }) => sum + shape[2], offsetOf(context, stage.name)),
      );
      const parts = analysed.inputs.map(({ name, shape }, k): readonly Field[] => [
        ['input', offsetOf(context, name)],
        ['elements', elements(shape)],
        ['channels', shape[2]],
        ['output', starts[k] ?? 0],
        ['table', addressOf(`table${k}`, stage.name)],
      ]);
      const list = structList('tablize_part_t', constantName('parts', stage.name), parts);
      return [
        list,
        self([
          ['parts', addressOf('parts', stage.name)],
          ['part_count', parts.length],
          ['channels', analysed.output.shape[2]],
        ]),
      ];
    }
  }
}

export function structList(type: string, name: string, items: readonly (readonly Field[])[]): Struct {
  const lines = items.flatMap((fields) => ['  {', ...initializerLines(fields, '    '), '  },']);
  return { type, name, suffix: `[${items.length}]`, lines };
}

function filterFields({ network }: StageContext, stage: WeightedStage): readonly Field[] {
  const layout = productLayout(productTableOf(network, stage));
  return [
    ['products', addressOf('products', stage.products)],
    ['weights', addressOf('weights', stage.name)],
    ['bias', addressOf('bias', stage.name)],
    ['inputs', stage.weights.length / stage.bias.length],
    ['filters', stage.bias.length],
    ['shift', layout.shifted ? 0 : layout.shift],
  ];
}

export function windowFields(
  context: StageContext,
  { inputs, output }: AnalysedStage,
  stage: Extract<Stage, { stride: unknown }>,
  [windowHeight, windowWidth]: readonly [number, number],
): readonly Field[] {
  const [height, width, channels] = inputs[0]?.shape ?? [0, 0, 0];
  const line = width * channels;
  const { top, left } = stage.padding;
  return [
    ['input', offsetOf(context, stage.input)],
    ['patch', offsetOf(context, scratchOf(stage.name, 'patch'))],
    ['height', height],
    ['width', width],
    ['channels', channels],
    ['rows', output.shape[0]],
    ['columns', output.shape[1]],
    ['window_height', windowHeight],
    ['window_width', windowWidth],
    ['stride_y', stage.stride[0]],
    ['stride_x', stage.stride[1]],
    ['top', 0 - top],
    ['left', 0 - left],
    ['corner', 0 - (top * line + left * channels)],
    ['line', line],
    ['line_step', stage.stride[0] * line],
    ['column_step', stage.stride[1] * channels],
    ['run', windowWidth * channels],
    ['size', windowHeight * windowWidth * channels],
    ...('paddingIndex' in stage
      ? ([
          ['pads', 'true'],
          ['padding', stage.paddingIndex],
        ] as const)
      : []),
  ];
}

export function requantizeFields(
  { stage, output }: AnalysedStage,
  tables: readonly Table[],
): readonly Field[] {
  const requantize = requantizeOf(stage);
  if (!requantize) return [['kind', 'TABLIZE_LOGITS']];
  if (requantize.kind === 'shiftTable') {
    const table = constantName('table', stage.name);
    const bins = tables.find(({ name }) => name === table)?.length ?? 1;
    return [
      ['kind', 'TABLIZE_SHIFT_TABLE'],
      ['shift', requantize.shift],
      ['last_bin', bins - 1],
      ['offset', literal(requantize.offset)],
      ['table', addressOf('table', stage.name)],
    ];
  }
  return [
    ['kind', 'TABLIZE_THRESHOLDS'],
    ['thresholds', addressOf('thresholds', stage.name)],
    ['counts', addressOf('counts', stage.name)],
    ['channels', output.shape[2]],
  ];
}
