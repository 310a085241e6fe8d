import { InputError } from '../errors.js';
import {
  INPUT,
  type ProductTable,
  type Requantize,
  type Shape,
  type Stage,
  type TableNetwork,
} from './table-network.js';

/** A tensor between stages: activation indices 0..levels-1 of this shape. The logits have `levels` null. */
export interface Tensor {
  /** `input`, or the name of the stage that makes it. */
  readonly name: string;
  readonly shape: Shape;
  readonly levels: number | null;
}

/** One stage with the tensors that it reads and writes. */
export interface WiredStage {
  readonly stage: Stage;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** Number of elements of a shape. */
export function elements(shape: Shape): number {
  return shape[0] * shape[1] * shape[2];
}

/** The names of the tensors that a stage reads. */
export function inputNames(stage: Stage): readonly string[] {
  return 'inputs' in stage ? stage.inputs : [stage.input];
}

/** The requantization of a stage that has accumulators; undefined for a stage that has none. */
export function requantizeOf(stage: Stage): Requantize | null | undefined {
  return 'requantize' in stage ? stage.requantize : undefined;
}

export function stageError(stage: Stage, message: string, next?: string): InputError {
  return new InputError(message, {
    where: `stage "${stage.name}" (${stage.kind})`,
    ...(next === undefined ? {} : { next }),
  });
}

/** A stage whose products come from a table. */
export type WeightedStage = Extract<Stage, { products: unknown }>;

/** The product table that a stage names. Throws InputError when the network does not have it. */
export function productTableOf({ products }: TableNetwork, stage: WeightedStage): ProductTable {
  const table = Object.hasOwn(products, stage.products) ? products[stage.products] : undefined;
  if (table !== undefined) return table;
  throw stageError(stage, `it uses the product table "${stage.products}", which the network does not have`);
}

/**
 * Wires the stages together: every stage's input tensors, output shape and number of levels.
 * Throws InputError, naming the stage, where names, shapes or levels do not agree.
 */
export function wire(network: TableNetwork): readonly WiredStage[] {
  const tensors = new Map<string, Tensor>([
    [INPUT, { name: INPUT, shape: network.input.shape, levels: network.input.levels }],
  ]);
  const read = new Set<string>();
  const wired = network.stages.map((stage): WiredStage => {
    const inputs = inputNames(stage).map((name) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw stageError(stage, `it reads "${name}", which no earlier stage makes`);
      const maker = network.stages.find((other) => other.name === name);
      if (tensor.levels === null && maker !== undefined) {
        throw stageError(maker, 'it is not requantized', 'only the last stage may have "requantize": null');
      }
      read.add(name);
      return tensor;
    });
    if (tensors.has(stage.name))
      throw stageError(stage, 'its name is taken', 'give every stage a name of its own');
    const output = {
      name: stage.name,
      shape: outputShape(stage, inputs),
      levels: outputLevels(stage, inputs),
    };
    tensors.set(stage.name, output);
    return { stage, inputs, output };
  });
  const last = wired.at(-1)?.output;
  const idle = network.stages.find((stage) => stage.name !== last?.name && !read.has(stage.name));
  if (idle !== undefined)
    throw stageError(idle, 'nothing reads its output', 'remove the stage or connect it');
  return wired;
}

function outputShape(stage: Stage, inputs: readonly Tensor[]): Shape {
  const first = inputs[0]?.shape ?? [0, 0, 0];
  switch (stage.kind) {
    case 'dense':
      return [1, 1, stage.units];
    case 'conv2d':
      return slide(stage, first, stage.kernel, stage.filters);
    case 'depthwiseConv2d':
      return slide(stage, first, stage.kernel, first[2]);
    case 'maxPool':
    case 'averagePool':
      return slide(stage, first, stage.window, first[2]);
    case 'add':
      for (const { name, shape } of inputs) {
        if (shape.join() !== first.join())
          throw stageError(stage, `it adds [${first.join(', ')}] and "${name}" of [${shape.join(', ')}]`);
      }
      return first;
    case 'concat':
      for (const { name, shape } of inputs) {
        if (shape[0] !== first[0] || shape[1] !== first[1]) {
          throw stageError(
            stage,
            `it joins [${first.join(', ')}] and "${name}" of [${shape.join(', ')}]: heights and widths differ`,
          );
        }
      }
      return [first[0], first[1], inputs.reduce((sum, { shape }) => sum + shape[2], 0)];
  }
}

type Windowed = Extract<Stage, { stride: unknown }>;

/** Shape after a window of [height, width] slides over a padded tensor; a last window that does not fit is dropped. */
function slide(
  stage: Windowed,
  [height, width]: Shape,
  [windowHeight, windowWidth]: readonly [number, number],
  channels: number,
): Shape {
  const { stride, padding } = stage;
  const steps = (length: number, window: number, by: number): number =>
    Math.floor((length - window) / by) + 1;
  const shape: Shape = [
    steps(height + padding.top + padding.bottom, windowHeight, stride[0]),
    steps(width + padding.left + padding.right, windowWidth, stride[1]),
    channels,
  ];
  if (shape[0] < 1 || shape[1] < 1) {
    throw stageError(
      stage,
      `its ${windowHeight} x ${windowWidth} window does not fit its ${height} x ${width} input`,
    );
  }
  if (
    padding.top >= windowHeight ||
    padding.bottom >= windowHeight ||
    padding.left >= windowWidth ||
    padding.right >= windowWidth
  ) {
    throw stageError(stage, 'its padding is as large as its window: some windows would see padding only');
  }
  return shape;
}

function outputLevels(stage: Stage, inputs: readonly Tensor[]): number | null {
  if (stage.kind === 'maxPool') return inputs[0]?.levels ?? null;
  if (stage.kind === 'concat') return 1 + largest(stage.tables.flat());
  return stage.requantize === null ? null : requantizedLevels(stage.requantize);
}

/** How many activation indices a requantization can give: its largest one, plus one. */
export function requantizedLevels(requantize: Requantize): number {
  return requantize.kind === 'shiftTable'
    ? 1 + largest(requantize.table)
    : 1 + largest(requantize.values.map((row) => row.length));
}

/** The largest of some integers, 0 when there are none; safe for lists of any length. */
function largest(values: readonly number[]): number {
  return values.reduce((max, value) => Math.max(max, value), 0);
}
