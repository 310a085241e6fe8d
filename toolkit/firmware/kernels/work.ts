import { elements, requantizeOf, type AnalysedStage } from '../../network/index.js';
import type { PlannedStage } from '../memory-plan.js';
import type { LevelSums } from './level-sums.js';
import { BLOCK, type PackedWindow } from './packed-window.js';
import type { PairProducts } from './pair-products.js';
import type { RowProducts } from './row-products.js';

/**
 * What a stage does in one inference, counted: how often each part of its kernel's code runs. A core's cost of each is in costs.ts; the
 * two together predict the stage's time.
 */
export type Work = Readonly<Record<string, number>>;

/** The share of activations that are not the commonest one, where nothing is known of the pictures. */
export const USUAL_ACTIVE = 0.5;

/** `active`: the share of the stage's input activations that differ from the commonest one (0..1). */
export function stageWork({ analysed, kernel }: PlannedStage, active: number): Work {
  switch (kernel.name) {
    case 'fused':
      return {};
    case 'level-sums':
      return levelSumsWork(kernel.plan);
    case 'pairs':
      return pairsWork(kernel.plan, analysed, active);
    case 'rows':
      return rowsWork(kernel.plan, analysed, active);
    case 'lookup':
      return lookupWork(analysed);
  }
}

function levelSumsWork(plan: LevelSums): Work {
  const { stage, window, pool, kinds, signed, places, runs, weigh, lanes, requantize, narrow } = plan;
  const filters = stage.bias.length;
  const thresholds = requantize.kind === 'thresholds' ? (requantize.values[0]?.length ?? 0) : 0;
  const halvings = Math.log2(thresholds + 1);
  const weighed = weigh.additions + kinds.length + (lanes === 1 ? weigh.shifts : 0);
  if (window === null) {
    return {
      'dense place': places,
      'dense run': filters * kinds.length,
      'dense filter': filters,
      'dense weighing': filters * weighed,
      'dense halving': filters * halvings,
    };
  }
  const blocks = window.rows * window.blocks;
  const columns = window.rows * window.width;
  const common = { place: places * blocks * pool, ...packingWork(plan, window) };
  if (requantize.kind === 'steps') {
    const chained = requantize.narrow.filter(Boolean).length;
    const others = filters - chained;
    return {
      ...common,
      'stepped block': filters * blocks,
      'stepped output': filters * columns,
      'chained filter': chained * blocks * pool,
      'chained run': chained * plan.chain * blocks * pool,
      'narrow word': chained * blocks * BLOCK * pool,
      'signed filter': others * blocks * pool,
      'signed run': others * kinds.length * blocks * pool,
      'wide word': others * blocks * BLOCK * pool,
      weighing: others * blocks * BLOCK * pool * weighed,
    };
  }
  const words = filters * columns * pool * pool;
  return {
    ...common,
    [signed ? 'signed run' : 'run']: runs.length * kinds.length * blocks * pool,
    block: filters * blocks,
    word: words,
    [narrow ? 'narrow weighing' : 'weighing']: words * weighed,
    [narrow ? 'narrow output' : 'output']: filters * columns,
    [narrow ? 'narrow threshold' : 'halving']: narrow
      ? filters * blocks * thresholds
      : filters * columns * halvings,
  };
}

function packingWork({ stage, lanes }: LevelSums, window: PackedWindow): Work {
  const packings = window.byRow ? window.rows : 1;
  const groups = stage.kind === 'depthwiseConv2d' ? stage.bias.length / window.channels : 1;
  const lines = window.lines * groups * packings;
  const inside = window.phases.reduce((sum, phase) => sum + phase.inside, 0);
  const outside = window.phases.reduce((sum, { before, after }) => sum + before + after, 0);
  const passes = window.phases.reduce((sum, phase) => sum + Math.min(phase.inside, window.channels), 0);
  const inQuads =
    lanes === 4 &&
    window.channels % 4 === 0 &&
    window.phases.every((phase) => phase.inside === 0 || window.channels > phase.inside);
  return {
    [inQuads ? 'packed word of four' : 'packed word']: inside * window.channels * lines,
    'padded word': outside * window.channels * lines,
    'packed pass': passes * lines,
    'packed line': lines,
  };
}

function pairsWork(
  { inputs, outputs, tiles, atOnce, requantize }: PairProducts,
  analysed: AnalysedStage,
  active: number,
): Work {
  const positions = elements(analysed.output.shape) / analysed.output.shape[2];
  return {
    'scanned input': inputs * positions,
    'active input': inputs * positions * active,
    'input of a tile': inputs * positions * active * tiles,
    tile: tiles * positions * Math.ceil(inputs / atOnce),
    output: outputs * positions,
    halving:
      requantize?.kind === 'thresholds'
        ? outputs * positions * Math.log2((requantize.values[0]?.length ?? 0) + 1)
        : 0,
    'patch cell': patchCells(analysed),
    position: positions,
    'dense stage': analysed.stage.kind === 'dense' ? 1 : 0,
  };
}

function rowsWork({ inputs, outputs }: RowProducts, analysed: AnalysedStage, active: number): Work {
  const common = lookupWork(analysed);
  const positions = elements(analysed.output.shape) / analysed.output.shape[2];
  return {
    'scanned input': inputs * positions,
    'active input': inputs * positions * active,
    'two products': inputs * positions * active * Math.ceil(outputs / 2),
    output: common['output'] ?? 0,
    threshold: common['threshold'] ?? 0,
    'patch cell': common['patch cell'] ?? 0,
    position: positions,
    'dense stage': analysed.stage.kind === 'dense' ? 1 : 0,
  };
}

/** Cells that are copied to lie densely, at all positions together. */
function patchCells({ stage, inputs, output }: AnalysedStage): number {
  const window = 'kernel' in stage ? stage.kernel : 'window' in stage ? stage.window : null;
  if (window === null) return 0;
  const [, width, channels] = inputs[0]?.shape ?? [0, 0, 0];
  const isDense = window[0] === 1 || window[1] === width;
  return isDense ? 0 : window[0] * window[1] * channels * (elements(output.shape) / output.shape[2]);
}

function lookupWork(analysed: AnalysedStage): Work {
  const { stage, inputs, output, macs } = analysed;
  const outputs = elements(output.shape);
  const positions = outputs / output.shape[2];
  const requantize = requantizeOf(stage);
  const thresholds =
    requantize?.kind === 'thresholds'
      ? outputs * (requantize.values.reduce((sum, { length }) => sum + length, 0) / requantize.values.length)
      : 0;
  const window = 'kernel' in stage ? stage.kernel : 'window' in stage ? stage.window : null;
  const cells = window === null ? 0 : window[0] * window[1] * (inputs[0]?.shape[2] ?? 0) * positions;
  const copied = patchCells(analysed);
  const common = {
    output: outputs,
    threshold: thresholds,
    'patch cell': copied,
    position: window === null ? 0 : positions,
  };
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
      return { product: macs, ...common };
    case 'depthwiseConv2d':
      return { 'depthwise product': macs, ...common };
    case 'maxPool':
      return { 'pooled cell': cells, 'pool output': outputs, position: positions, 'patch cell': copied };
    case 'averagePool':
      return { 'averaged cell': cells, ...common };
    case 'add':
      return { addend: outputs * stage.inputs.length, ...common };
    case 'concat':
      return { copied: outputs };
  }
}
