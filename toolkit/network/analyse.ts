import { InputError } from '../errors.js';
import { accumulatorBounds, macsOf, type AccumulatorBounds } from './bounds.js';
import type { Requantize, Shape, Stage, TableNetwork } from './table-network.js';
import {
  elements,
  productTableOf,
  requantizeOf,
  stageError,
  wire,
  type Tensor,
  type WeightedStage,
  type WiredStage,
} from './tensors.js';

/** A stage with all that is known of it: its tensors, its accumulators' proven bounds, its cost. */
export interface AnalysedStage extends WiredStage {
  /** Null for stages that have no accumulators (max pooling, concat). */
  readonly bounds: AccumulatorBounds | null;
  /** Activation x weight products per picture. */
  readonly macs: number;
}

export interface Analysis {
  readonly stages: readonly AnalysedStage[];
  readonly logits: Tensor;
  readonly macs: number;
}

/**
 * Checks every invariant of docs/table-network.md that a schema cannot express and derives shapes, levels and
 * accumulator bounds. Throws InputError that names the stage.
 */
export function analyse(network: TableNetwork): Analysis {
  checkProducts(network);
  if (network.input.table.some((index) => index >= network.input.levels)) {
    throw new InputError(`the input table gives an index beyond its ${network.input.levels} levels`, {
      where: 'input',
    });
  }
  const wired = wire(network);
  const stages = wired.map((one, position): AnalysedStage => {
    const last = position === wired.length - 1;
    checkStage(network, one, last);
    return { ...one, bounds: accumulatorBounds(network, one), macs: macsOf(one) };
  });
  const logits = stages.at(-1)?.output;
  if (logits === undefined) throw new InputError('the network has no stages');
  if (elements(logits.shape) !== network.output.labels.length) {
    throw new InputError(`${network.output.labels.length} labels for ${elements(logits.shape)} logits`, {
      where: 'output',
    });
  }
  return { stages, logits, macs: stages.reduce((sum, { macs }) => sum + macs, 0) };
}

function checkProducts({ products, stages }: TableNetwork): void {
  for (const [name, { activations, weights, values }] of Object.entries(products)) {
    const where = `product table "${name}"`;
    if (values.length !== activations * weights) {
      throw new InputError(`${values.length} entries where ${activations} x ${weights} are needed`, {
        where,
      });
    }
    if (!stages.some((stage) => 'products' in stage && stage.products === name)) {
      throw new InputError('no stage uses it', { where, next: 'remove the table' });
    }
  }
}

function checkStage(network: TableNetwork, { stage, inputs, output }: WiredStage, last: boolean): void {
  const requantize = requantizeOf(stage);
  if (last && requantize !== null)
    throw stageError(
      stage,
      'the last stage gives the logits and must not be requantized',
      'set "requantize": null',
    );
  if (requantize) checkRequantize(stage, requantize, output.shape);
  inputs.forEach((input, position) => {
    checkLevels(network, stage, input.levels ?? 0, position);
  });
  if ('weights' in stage) checkWeights(network, stage, inputs[0]?.shape ?? [0, 0, 0], output.shape);
}

function checkRequantize(stage: Stage, requantize: Requantize, [, , channels]: Shape): void {
  if (requantize.kind !== 'thresholds') return;
  const { values } = requantize;
  if (values.length !== channels)
    throw stageError(stage, `thresholds for ${values.length} channels where it has ${channels}`);
  values.forEach((row, channel) => {
    if (row.some((value, i) => i > 0 && value < (row[i - 1] ?? value)))
      throw stageError(stage, `the thresholds of channel ${channel} do not ascend`);
  });
}

/** Every index that can arrive must have a row: in the product table, the value table or the index table. */
function checkLevels(network: TableNetwork, stage: Stage, levels: number, position: number): void {
  const need = (rows: number, what: string): void => {
    if (rows < levels)
      throw stageError(stage, `${what} ${rows} activation levels where its input has ${levels}`);
  };
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d': {
      const table = productTableOf(network, stage);
      need(table.activations, `its product table "${stage.products}" has`);
      if (stage.kind !== 'dense' && stage.paddingIndex >= levels)
        throw stageError(stage, `its padding index ${stage.paddingIndex} is not one of ${levels} levels`);
      return;
    }
    case 'averagePool':
      need(stage.values.length, 'its value table has');
      return;
    case 'add':
      if (stage.values.length !== stage.inputs.length)
        throw stageError(stage, `${stage.values.length} value tables for ${stage.inputs.length} inputs`);
      need(stage.values[position]?.length ?? 0, `its value table ${position} has`);
      return;
    case 'concat':
      if (stage.tables.length !== stage.inputs.length)
        throw stageError(stage, `${stage.tables.length} index tables for ${stage.inputs.length} inputs`);
      need(stage.tables[position]?.length ?? 0, `its index table ${position} has`);
      return;
    case 'maxPool':
      return;
  }
}

function checkWeights(
  network: TableNetwork,
  stage: WeightedStage,
  input: Shape,
  [, , channels]: Shape,
): void {
  const perChannel = weightsPerChannel(stage, input);
  if (stage.bias.length !== channels)
    throw stageError(stage, `${stage.bias.length} biases for ${channels} output channels`);
  if (stage.weights.length !== channels * perChannel) {
    throw stageError(stage, `${stage.weights.length} weights where ${channels} x ${perChannel} are needed`);
  }
  const levels = productTableOf(network, stage).weights;
  const wrong = stage.weights.findIndex((weight) => weight >= levels);
  if (wrong >= 0)
    throw stageError(
      stage,
      `weight ${wrong} has index ${stage.weights[wrong] ?? '?'}, but its table has ${levels} weight levels`,
    );
}

function weightsPerChannel(stage: WeightedStage, input: Shape): number {
  if (stage.kind === 'dense') return elements(input);
  const window = stage.kernel[0] * stage.kernel[1];
  return stage.kind === 'conv2d' ? window * input[2] : window;
}
