import { InputError } from '../errors.js';
import { analyse, type AnalysedStage } from './analyse.js';
import type { Padding, Requantize, Shape, TableNetwork } from './table-network.js';
import { elements, productTableOf, type WeightedStage } from './tensors.js';

/** The answer for one picture, with every trace point when asked for. */
export interface Interpretation {
  /** Index of the first largest logit. */
  readonly label: number;
  readonly logits: Int32Array;
  /** Point 0: the input's activation indices; point k: the output of stage k - 1 (the last one: the logits). */
  readonly trace?: readonly Int32Array[];
}

export interface Interpreter {
  /** `picture`: one byte per pixel, [height, width, channels]. Throws InputError when it has another length. */
  readonly infer: (picture: Uint8Array, options?: { readonly trace?: boolean }) => Interpretation;
}

/** A stage made ready to run: reads and writes fixed buffers. */
type Run = () => void;

/**
 * Makes the integer reference of a network: the truth that every device is compared with. Plain integer
 * lookups and additions, exactly as docs/table-network.md defines them; nothing is rounded or approximated.
 */
export function createInterpreter(network: TableNetwork): Interpreter {
  const { stages } = analyse(network);
  const pixels = elements(network.input.shape);
  const input = new Int32Array(pixels);
  const buffers = new Map([['input', input]]);
  const points = [input];
  const runs = stages.map((analysed): Run => {
    const output = new Int32Array(elements(analysed.output.shape));
    const run = prepare(
      network,
      analysed,
      analysed.inputs.map(({ name }) => buffers.get(name) ?? input),
      output,
    );
    buffers.set(analysed.stage.name, output);
    points.push(output);
    return run;
  });
  const table = Int32Array.from(network.input.table);
  const logits = points.at(-1) ?? input;

  return {
    infer(picture, options) {
      if (picture.length !== pixels) {
        throw new InputError(
          `the picture has ${picture.length} bytes, but "${network.name}" reads ${pixels}`,
          {
            next: `give pictures of [${network.input.shape.join(', ')}], one byte per pixel and channel`,
          },
        );
      }
      for (let i = 0; i < pixels; i++) input[i] = at(table, at(picture, i));
      for (const run of runs) run();
      const answer = { label: firstLargest(logits), logits: logits.slice() };
      return options?.trace === true ? { ...answer, trace: points.map((point) => point.slice()) } : answer;
    },
  };
}

/** Interprets one picture; use `createInterpreter` for many. */
export function interpret(
  network: TableNetwork,
  picture: Uint8Array,
  options?: { readonly trace?: boolean },
): Interpretation {
  return createInterpreter(network).infer(picture, options);
}

/** The index of the first largest value. */
export function firstLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (at(values, i) > at(values, best)) best = i;
  return best;
}

/** Indexed read without a branch for `undefined`: the callers' loops stay inside the array. */
function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}

function prepare(
  network: TableNetwork,
  { stage, inputs, output }: AnalysedStage,
  sources: readonly Int32Array[],
  target: Int32Array,
): Run {
  const source = sources[0] ?? target;
  const inShape = inputs[0]?.shape ?? output.shape;
  switch (stage.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d': {
      const { values, weights } = productTableOf(network, stage);
      const accumulate = weighted(stage, values, weights, source, inShape, target, output.shape);
      return then(accumulate, stage.requantize, target, output.shape[2]);
    }
    case 'maxPool':
      return windows(stage, stage.window, inShape, output.shape, (cells, channel, to) => {
        let largest = 0;
        for (const cell of cells) largest = Math.max(largest, at(source, cell + channel));
        target[to] = largest;
      });
    case 'averagePool': {
      const values = Int32Array.from(stage.values);
      const accumulate = windows(stage, stage.window, inShape, output.shape, (cells, channel, to) => {
        let accumulator = 0;
        for (const cell of cells) accumulator += at(values, at(source, cell + channel));
        target[to] = accumulator;
      });
      return then(accumulate, stage.requantize, target, output.shape[2]);
    }
    case 'add': {
      const values = stage.values.map((row) => Int32Array.from(row));
      const accumulate = (): void => {
        target.fill(0);
        sources.forEach((from, k) => {
          const row = values[k] ?? target;
          for (let i = 0; i < target.length; i++) target[i] = at(target, i) + at(row, at(from, i));
        });
      };
      return then(accumulate, stage.requantize, target, output.shape[2]);
    }
    case 'concat': {
      const tables = stage.tables.map((row) => Int32Array.from(row));
      return () => {
        let channelStart = 0;
        sources.forEach((from, k) => {
          const channels = inputs[k]?.shape[2] ?? 0;
          const table = tables[k] ?? target;
          for (let i = 0, to = channelStart; i < from.length; i += channels, to += output.shape[2]) {
            for (let c = 0; c < channels; c++) target[to + c] = at(table, at(from, i + c));
          }
          channelStart += channels;
        });
      };
    }
  }
}

/**
 * Dense, convolution and depthwise convolution in one: an output position gathers the table rows of the
 * activations under its window once, then every filter adds the products along its weights.
 */
function weighted(
  stage: WeightedStage,
  values: readonly number[],
  weightLevels: number,
  source: Int32Array,
  inShape: Shape,
  target: Int32Array,
  outShape: Shape,
): Run {
  const table = Int32Array.from(values);
  const weights = Uint8Array.from(stage.weights);
  const bias = Int32Array.from(stage.bias);
  const filters = bias.length;
  const perFilter = weights.length / filters;
  const depthwise = stage.kind === 'depthwiseConv2d';
  // For each output position the cells that its window covers, -1 for padding; depthwise cells are per pixel.
  const cells =
    stage.kind === 'dense'
      ? [Int32Array.from(source.keys())]
      : windowCells(stage, stage.kernel, inShape, outShape, depthwise ? 1 : inShape[2]);
  const padding = stage.kind === 'dense' ? 0 : stage.paddingIndex * weightLevels;
  const rows = new Int32Array(perFilter);
  const gather = (window: Int32Array, channel: number): void => {
    for (let i = 0; i < perFilter; i++) {
      const cell = at(window, i);
      rows[i] = cell < 0 ? padding : at(source, cell + channel) * weightLevels;
    }
  };
  return () => {
    let to = 0;
    for (const window of cells) {
      if (!depthwise) gather(window, 0);
      let weight = 0;
      for (let filter = 0; filter < filters; filter++) {
        if (depthwise) gather(window, filter);
        let accumulator = at(bias, filter);
        // `| 0` changes nothing (the bounds are proved to fit 32 bits) but keeps the engine in integer registers.
        for (let i = 0; i < perFilter; i++, weight++) {
          accumulator = (accumulator + at(table, at(rows, i) + at(weights, weight))) | 0;
        }
        target[to++] = accumulator;
      }
    }
  };
}

interface Sliding {
  readonly stride: readonly [number, number];
  readonly padding: Padding;
}

/**
 * The cells under the window at each output position, in the order y, x, channel: offsets into the input,
 * -1 outside it. With `channels` 1 the offsets are those of the pixels' first channel.
 */
function windowCells(
  { stride, padding }: Sliding,
  [kernelHeight, kernelWidth]: readonly [number, number],
  [height, width, depth]: Shape,
  [rows, columns]: Shape,
  channels: number,
): Int32Array[] {
  const cells: Int32Array[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const window: number[] = [];
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const y = row * stride[0] - padding.top + ky;
          const x = column * stride[1] - padding.left + kx;
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          for (let c = 0; c < channels; c++) window.push(inside ? (y * width + x) * depth + c : -1);
        }
      }
      cells.push(Int32Array.from(window));
    }
  }
  return cells;
}

/** Runs `pool` for every output position and channel with the pixels of the window that lie inside the input. */
function windows(
  sliding: Sliding,
  window: readonly [number, number],
  inShape: Shape,
  outShape: Shape,
  pool: (pixels: Int32Array, channel: number, to: number) => void,
): Run {
  const inside = windowCells(sliding, window, inShape, outShape, 1).map((pixels) =>
    pixels.filter((pixel) => pixel >= 0),
  );
  return () => {
    let to = 0;
    for (const pixels of inside)
      for (let channel = 0; channel < outShape[2]; channel++) pool(pixels, channel, to++);
  };
}

/** First the accumulators, then their requantization in place; without one they are the logits. */
function then(accumulate: Run, requantize: Requantize | null, target: Int32Array, channels: number): Run {
  if (requantize === null) return accumulate;
  if (requantize.kind === 'shiftTable') {
    const { offset, shift } = requantize;
    const table = Int32Array.from(requantize.table);
    const last = table.length - 1;
    return () => {
      accumulate();
      for (let i = 0; i < target.length; i++) {
        const bin = (at(target, i) + offset) >> shift;
        target[i] = at(table, bin < 0 ? 0 : bin > last ? last : bin);
      }
    };
  }
  const thresholds = requantize.values.map((row) => Int32Array.from(row));
  return () => {
    accumulate();
    for (let i = 0; i < target.length; i++) {
      const row = thresholds[i % channels] ?? target;
      const accumulator = at(target, i);
      let index = 0;
      while (index < row.length && at(row, index) <= accumulator) index++;
      target[i] = index;
    }
  };
}
