import { InputError } from '../errors.js';
import { INPUT } from '../network/index.js';
import { activateAll } from './activations.js';
import { elements, inputsOf, type FloatModel } from './float-model.js';
import { roundGiven } from './given-levels.js';
import {
  activationOf,
  affine,
  fuse,
  type FusedConcat,
  type FusedConv2d,
  type FusedDense,
  type FusedDepthwise,
  type FusedModel,
  type FusedPool,
  type FusedStage,
  type FusedWeighted,
} from './fuse.js';

/** Sees each stage's output values, after its activation; what it returns is passed on in their place. */
export type OutputHook = (stage: FusedStage, output: Float32Array) => Float32Array;

/**
 * The logits of a float model for one picture.
 *
 * @param input - height * width * channels values as the network sees them (`byte * scale + offset`).
 * @throws InputError if there are not that many, or if the model cannot be fused.
 */
export function evaluateFloat(model: FloatModel, input: Float32Array): Float32Array {
  return evaluateFused(fuse(model), input);
}

/** The same for a fused model; `onOutput` sees every tensor on the way and may replace it. */
export function evaluateFused(
  model: FusedModel,
  input: Float32Array,
  onOutput: OutputHook = (_, output) => output,
): Float32Array {
  const expected = elements(model.input.shape);
  if (input.length !== expected) {
    throw new InputError(`${input.length} input values where ${model.input.shape.join(' x ')} are needed`, {
      where: `model "${model.name}"`,
      next: 'Give pictures of the size the model was trained on.',
    });
  }
  const { levels } = model.input;
  const seen = levels === undefined ? input : roundGiven(levels, input);
  const tensors = new Map<string, Float32Array>([[INPUT, seen]]);
  let last = input;
  for (const stage of model.stages) {
    const inputs = inputsOf(stage).map((name) => tensors.get(name) ?? input);
    last = onOutput(stage, evaluateStage(stage, inputs));
    tensors.set(stage.name, last);
  }
  return last;
}

/** The values that the network sees for a picture's bytes. */
export function inputValues(model: FusedModel, picture: Uint8Array): Float32Array {
  const { scale, offset } = model.input;
  return Float32Array.from(picture, (byte) => byte * scale + offset);
}

/** The output of one stage, from its inputs. */
export const evaluateStage = (stage: FusedStage, inputs: readonly Float32Array[]): Float32Array =>
  ended(stage, evaluateSums(stage, inputs));

/** What follows the sums of a stage: its activation function and the levels that it was given. */
export function ended(stage: FusedStage, sums: Float32Array): Float32Array {
  const values = activateAll(activationOf(stage), sums, stage.shape[2]);
  return 'levels' in stage ? roundGiven(stage.levels, values) : values;
}

/** The output of one stage before its activation function, norm and bias included. */
export function evaluateSums(stage: FusedStage, inputs: readonly Float32Array[]): Float32Array {
  const input = inputs[0] ?? new Float32Array();
  switch (stage.kind) {
    case 'dense':
      return normed(stage, dense(stage, input));
    case 'conv2d':
      return normed(stage, conv2d(stage, input));
    case 'depthwiseConv2d':
      return normed(stage, depthwise(stage, input));
    case 'maxPool':
    case 'averagePool':
      return pool(stage, input);
    case 'add':
      return input.map((value, i) => inputs.slice(1).reduce((sum, other) => sum + (other[i] ?? 0), value));
    case 'concat':
      return concat(stage, inputs);
  }
}

/** The norm, on sums that hold the bias already. */
function normed({ norm }: FusedWeighted, sums: Float32Array): Float32Array {
  if (norm === null) return sums;
  const { scale, shift } = affine(norm);
  const channels = scale.length;
  return sums.map((sum, i) => sum * (scale[i % channels] ?? 0) + (shift[i % channels] ?? 0));
}

function dense(stage: FusedDense, input: Float32Array): Float32Array {
  const units = stage.bias.length;
  return stage.bias.map((bias, unit) => {
    let sum = bias;
    for (let i = 0; i < input.length; i++) sum += (input[i] ?? 0) * (stage.kernel[i * units + unit] ?? 0);
    return sum;
  });
}

/** Calls `visit` with the window's row and column and the input's, for each position of the window inside the input. */
export function eachInWindow(
  stage: FusedConv2d | FusedDepthwise | FusedPool,
  window: readonly [number, number],
  row: number,
  column: number,
  visit: (y: number, x: number, inputRow: number, inputColumn: number) => void,
): void {
  const [height, width] = stage.inputShape;
  for (let y = 0; y < window[0]; y++) {
    const inputRow = row * stage.stride[0] + y - stage.padding.top;
    if (inputRow < 0 || inputRow >= height) continue;
    for (let x = 0; x < window[1]; x++) {
      const inputColumn = column * stage.stride[1] + x - stage.padding.left;
      if (inputColumn >= 0 && inputColumn < width) visit(y, x, inputRow, inputColumn);
    }
  }
}

function conv2d(stage: FusedConv2d, input: Float32Array): Float32Array {
  const [rows, columns, filters] = stage.shape;
  const [, width, channels] = stage.inputShape;
  const output = new Float32Array(rows * columns * filters);
  const sums = new Float64Array(filters);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.set(stage.bias);
      eachInWindow(stage, stage.kernelSize, row, column, (y, x, inputRow, inputColumn) => {
        for (let channel = 0; channel < channels; channel++) {
          const value = input[(inputRow * width + inputColumn) * channels + channel] ?? 0;
          const at = ((y * stage.kernelSize[1] + x) * channels + channel) * filters;
          for (let f = 0; f < filters; f++) sums[f] = (sums[f] ?? 0) + value * (stage.kernel[at + f] ?? 0);
        }
      });
      output.set(sums, (row * columns + column) * filters);
    }
  }
  return output;
}

function depthwise(stage: FusedDepthwise, input: Float32Array): Float32Array {
  const [rows, columns, channels] = stage.shape;
  const width = stage.inputShape[1];
  const output = new Float32Array(rows * columns * channels);
  const sums = new Float64Array(channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.set(stage.bias);
      eachInWindow(stage, stage.kernelSize, row, column, (y, x, inputRow, inputColumn) => {
        const from = (inputRow * width + inputColumn) * channels;
        const at = (y * stage.kernelSize[1] + x) * channels;
        for (let c = 0; c < channels; c++) {
          sums[c] = (sums[c] ?? 0) + (input[from + c] ?? 0) * (stage.kernel[at + c] ?? 0);
        }
      });
      output.set(sums, (row * columns + column) * channels);
    }
  }
  return output;
}

function concat({ shape, inputShapes }: FusedConcat, inputs: readonly Float32Array[]): Float32Array {
  const channels = shape[2];
  const output = new Float32Array(elements(shape));
  let start = 0;
  inputs.forEach((input, k) => {
    const width = inputShapes[k]?.[2] ?? 0;
    for (let from = 0, to = start; from < input.length; from += width, to += channels) {
      output.set(input.subarray(from, from + width), to);
    }
    start += width;
  });
  return output;
}

function pool(stage: FusedPool, input: Float32Array): Float32Array {
  const [rows, columns, channels] = stage.shape;
  const width = stage.inputShape[1];
  const area = stage.window[0] * stage.window[1];
  const output = new Float32Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < channels; channel++) {
        let [sum, most] = [0, -Infinity];
        eachInWindow(stage, stage.window, row, column, (_y, _x, inputRow, inputColumn) => {
          const value = input[(inputRow * width + inputColumn) * channels + channel] ?? 0;
          sum += value;
          most = Math.max(most, value);
        });
        output[(row * columns + column) * channels + channel] = stage.kind === 'maxPool' ? most : sum / area;
      }
    }
  }
  return output;
}
