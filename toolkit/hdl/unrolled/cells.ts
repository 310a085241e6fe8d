import { InputError } from '../../errors.js';
import {
  analyse,
  elements,
  productTableOf,
  type AnalysedStage,
  type Requantize,
  type Shape,
  type TableNetwork,
} from '../../network/index.js';
import { stepsOf } from '../steps.js';

/** An element of a tensor: `input` or the name of the stage that makes it, and its place in it. */
export interface Reference {
  readonly tensor: string;
  readonly element: number;
}

/** What one activation adds to a sum: `values[index]`. */
export interface Term {
  readonly from: Reference;
  readonly values: readonly number[];
}

/** accumulator = constant + sum of the terms; index = how many of the ascending steps are <= accumulator. */
export interface SumCell {
  readonly kind: 'sum';
  readonly terms: readonly Term[];
  readonly constant: number;
  /** Null: the accumulator itself is the result. */
  readonly steps: readonly number[] | null;
}

/** The largest of some indices. */
export interface LargestCell {
  readonly kind: 'largest';
  readonly from: readonly Reference[];
}

/** `table[index]`. */
export interface MapCell {
  readonly kind: 'map';
  readonly from: Reference;
  readonly table: readonly number[];
}

/** Always the same index. */
export interface FixedCell {
  readonly kind: 'fixed';
  readonly index: number;
}

/** What makes one element of a tensor. */
export type Cell = SumCell | LargestCell | MapCell | FixedCell;

/** A stage written out: one cell per element of its output. */
export interface CellStage {
  readonly name: string;
  /** Of the indices that it gives; null for the logits. */
  readonly levels: number | null;
  readonly cells: readonly Cell[];
}

/** Above this a design is beyond any FPGA, and writing it out would take minutes. */
const MOST_TERMS = 4_000_000;

/** Every stage of a network, element by element. Throws InputError for a network that is too large for that. */
export function cellStages(network: TableNetwork): readonly CellStage[] {
  const { stages, macs } = analyse(network);
  if (macs > MOST_TERMS) {
    throw new InputError(`it has ${macs} products, too many for logic of their own`, {
      where: `network "${network.name}"`,
      next: 'use the sequential engine',
    });
  }
  return stages.map((analysed) => ({
    name: analysed.stage.name,
    levels: analysed.output.levels,
    cells: cellsOf(network, analysed),
  }));
}

function cellsOf(network: TableNetwork, { stage, inputs, output }: AnalysedStage): readonly Cell[] {
  const input = inputs[0] ?? output;
  const [rows, columns, channels] = output.shape;
  const places = (make: (row: number, column: number, channel: number) => Cell): Cell[] =>
    Array.from({ length: rows * columns * channels }, (_, i) =>
      make(Math.floor(i / channels / columns), Math.floor(i / channels) % columns, i % channels),
    );
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d': {
      const { activations, weights: levels, values } = productTableOf(network, stage);
      const columnsOfTable = Array.from({ length: levels }, (_, w) =>
        Array.from({ length: activations }, (_unused, a) => values[a * levels + w] ?? 0),
      );
      const perChannel = stage.weights.length / channels;
      const steps = stepsByChannel(stage.requantize, channels, stage.name);
      return places((row, column, channel) => {
        const under =
          stage.kind === 'dense'
            ? Array.from({ length: elements(input.shape) }, (_, i) => i)
            : window(stage, stage.kernel, input.shape, row, column, stage.kind === 'conv2d' ? null : channel);
        const terms: Term[] = [];
        let constant = stage.bias[channel] ?? 0;
        under.forEach((element, tap) => {
          const products = columnsOfTable[stage.weights[channel * perChannel + tap] ?? 0] ?? [];
          if (element >= 0) terms.push({ from: { tensor: input.name, element }, values: products });
          else constant += products[stage.kind === 'dense' ? 0 : stage.paddingIndex] ?? 0;
        });
        return { kind: 'sum', terms, constant, steps: steps[channel] ?? null };
      });
    }
    case 'averagePool': {
      const steps = stepsByChannel(stage.requantize, channels, stage.name);
      return places((row, column, channel) => ({
        kind: 'sum',
        terms: window(stage, stage.window, input.shape, row, column, channel)
          .filter((element) => element >= 0)
          .map((element) => ({ from: { tensor: input.name, element }, values: stage.values })),
        constant: 0,
        steps: steps[channel] ?? null,
      }));
    }
    case 'maxPool':
      return places((row, column, channel) => ({
        kind: 'largest',
        from: window(stage, stage.window, input.shape, row, column, channel)
          .filter((element) => element >= 0)
          .map((element) => ({ tensor: input.name, element })),
      }));
    case 'add': {
      const steps = stepsByChannel(stage.requantize, channels, stage.name);
      return Array.from({ length: elements(output.shape) }, (_, element): Cell => ({
        kind: 'sum',
        terms: inputs.map(({ name }, k) => ({
          from: { tensor: name, element },
          values: stage.values[k] ?? [],
        })),
        constant: 0,
        steps: steps[element % channels] ?? null,
      }));
    }
    case 'concat': {
      const sources = inputs.flatMap(({ name, shape }, k) =>
        Array.from({ length: shape[2] }, (_, channel) => ({
          name,
          depth: shape[2],
          channel,
          table: stage.tables[k] ?? [],
        })),
      );
      return Array.from({ length: elements(output.shape) }, (_, i): Cell => {
        const source = sources[i % channels];
        return {
          kind: 'map',
          from: {
            tensor: source?.name ?? '',
            element: Math.floor(i / channels) * (source?.depth ?? 0) + (source?.channel ?? 0),
          },
          table: source?.table ?? [],
        };
      });
    }
  }
}

interface Sliding {
  readonly stride: readonly [number, number];
  readonly padding: { readonly top: number; readonly left: number };
}

/** The elements under a window, rows > columns > channels, -1 for padding; with `channel` those of one channel. */
function window(
  { stride, padding }: Sliding,
  [windowHeight, windowWidth]: readonly [number, number],
  [height, width, depth]: Shape,
  row: number,
  column: number,
  channel: number | null,
): number[] {
  const found: number[] = [];
  for (let dy = 0; dy < windowHeight; dy++) {
    for (let dx = 0; dx < windowWidth; dx++) {
      const y = row * stride[0] - padding.top + dy;
      const x = column * stride[1] - padding.left + dx;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const first = (y * width + x) * depth;
      if (channel !== null) found.push(inside ? first + channel : -1);
      else for (let c = 0; c < depth; c++) found.push(inside ? first + c : -1);
    }
  }
  return found;
}

/** By channel: the steps of a sum, in order; null for logits. */
function stepsByChannel(
  requantize: Requantize | null,
  channels: number,
  name: string,
): readonly (readonly number[] | null)[] {
  return Array.from({ length: channels }, (_, channel) =>
    requantize === null ? null : stepsOf(requantize, channel, name),
  );
}
