import { elements, requantizeOf } from '../../network/index.js';
import type { PlannedStage } from '../memory-plan.js';
import type { LevelSums } from './level-sums.js';
import { TILE, type PairProducts } from './pair-products.js';
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
      return pairsWork(kernel.plan, elements(analysed.output.shape) / analysed.output.shape[2], active);
    case 'rows':
      return rowsWork(kernel.plan, analysed, active);
    case 'lookup':
      return lookupWork(analysed);
  }
}

function levelSumsWork({
  stage,
  window,
  pool,
  kinds,
  signed,
  places,
  weigh,
  lanes,
  requantize,
  narrow,
}: LevelSums): Work {
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
  const packings = window.byRow ? window.rows : 1;
  const groups = stage.kind === 'depthwiseConv2d' ? filters / window.channels : 1;
  const packed = window.phases.reduce((sum, { inside }) => sum + inside, 0) * window.channels * groups;
  const passes = window.phases.reduce((sum, { inside }) => sum + Math.min(inside, window.channels), 0);
  const runs = filters * kinds.length * blocks * pool;
  const words = filters * columns * pool * pool;
  const common = {
    place: places * blocks * pool,
    [signed ? 'signed run' : 'run']: runs,
    'packed word': packed * window.lines * packings,
    'packed pass': passes * window.lines * groups * packings,
    'packed line': window.lines * groups * packings,
  };
  if (requantize.kind === 'steps') {
    const computed = filters * blocks * 4 * pool;
    return {
      ...common,
      'stepped block': filters * blocks,
      'stepped output': filters * columns,
      [narrow ? 'narrow weighing' : 'weighing']: computed * weighed,
      [narrow ? 'narrow stepped word' : 'stepped word']: computed,
    };
  }
  return {
    ...common,
    block: filters * blocks,
    word: words,
    [narrow ? 'narrow weighing' : 'weighing']: words * weighed,
    [narrow ? 'narrow output' : 'output']: filters * columns,
    [narrow ? 'narrow threshold' : 'halving']: narrow
      ? filters * blocks * thresholds
      : filters * columns * halvings,
  };
}

function pairsWork({ inputs, outputs, requantize }: PairProducts, positions: number, active: number): Work {
  const tiles = Math.ceil(outputs / (2 * TILE));
  return {
    'scanned input': inputs * positions,
    'active input': inputs * positions * active,
    'input of a tile': inputs * positions * active * tiles,
    tile: tiles * positions,
    output: outputs * positions,
    halving:
      requantize?.kind === 'thresholds'
        ? outputs * positions * Math.log2((requantize.values[0]?.length ?? 0) + 1)
        : 0,
    position: positions,
  };
}

function rowsWork(
  { inputs, outputs }: RowProducts,
  analysed: PlannedStage['analysed'],
  active: number,
): Work {
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
  };
}

function lookupWork({ stage, inputs, output, macs }: PlannedStage['analysed']): Work {
  const outputs = elements(output.shape);
  const positions = outputs / output.shape[2];
  const requantize = requantizeOf(stage);
  const thresholds =
    requantize?.kind === 'thresholds'
      ? outputs * (requantize.values.reduce((sum, { length }) => sum + length, 0) / requantize.values.length)
      : 0;
  const window = 'kernel' in stage ? stage.kernel : 'window' in stage ? stage.window : null;
  const cells = window === null ? 0 : window[0] * window[1] * (inputs[0]?.shape[2] ?? 0) * positions;
  const common = {
    output: outputs,
    threshold: thresholds,
    'patch cell': cells,
    position: window === null ? 0 : positions,
  };
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
      return { product: macs, ...common };
    case 'depthwiseConv2d':
      return { 'depthwise product': macs, ...common };
    case 'maxPool':
      return { 'pooled cell': cells, 'pool output': outputs, position: positions, 'patch cell': cells };
    case 'averagePool':
      return { 'averaged cell': cells, ...common };
    case 'add':
      return { addend: outputs * stage.inputs.length, ...common };
    case 'concat':
      return { copied: outputs };
  }
}
