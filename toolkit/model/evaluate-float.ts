import { InputError } from '../errors.js';
import { INPUT } from '../network/index.js';
import { elements, type Activation, type FloatModel } from './float-model.js';
import {
  fuse,
  type FusedConv2d,
  type FusedDense,
  type FusedModel,
  type FusedPool,
  type FusedStage,
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
  const tensors = new Map<string, Float32Array>([[INPUT, input]]);
  let last = input;
  for (const stage of model.stages) {
    last = onOutput(stage, evaluateStage(stage, tensors.get(stage.input) ?? input));
    tensors.set(stage.name, last);
  }
  return last;
}

/** The values that the network sees for a picture's bytes. */
export function inputValues(model: FusedModel, picture: Uint8Array): Float32Array {
  const { scale, offset } = model.input;
  return Float32Array.from(picture, (byte) => byte * scale + offset);
}

function evaluateStage(stage: FusedStage, input: Float32Array): Float32Array {
  switch (stage.kind) {
    case 'dense':
      return dense(stage, input);
    case 'conv2d':
      return conv2d(stage, input);
    case 'maxPool':
    case 'averagePool':
      return pool(stage, input);
  }
}

/** An activation function. */
export function activate(activation: Activation, value: number): number {
  if (activation === 'linear') return value;
  return Math.min(Math.max(value, 0), activation === 'relu6' ? 6 : Infinity);
}

function dense(stage: FusedDense, input: Float32Array): Float32Array {
  const units = stage.bias.length;
  return stage.bias.map((bias, unit) => {
    let sum = bias;
    for (let i = 0; i < input.length; i++) sum += (input[i] ?? 0) * (stage.kernel[i * units + unit] ?? 0);
    return activate(stage.activation, sum);
  });
}

/** Calls `visit` with the window's row and column and the input's, for each position of the window inside the input. */
function eachInWindow(
  stage: FusedConv2d | FusedPool,
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
      output.set(
        sums.map((sum) => activate(stage.activation, sum)),
        (row * columns + column) * filters,
      );
    }
  }
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
