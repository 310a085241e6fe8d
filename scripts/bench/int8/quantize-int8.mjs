// From a float model to 8-bit integers, as TensorFlow Lite's post-training quantization does it: weights with a scale per output
// channel, tensors with the range that training pictures give.
import {
  evaluateFused,
  foldNorms,
  fuse,
  hasWeights,
  inputsOf,
  inputValues,
} from '../../../dist/model/index.js';
import { factorOf } from './int8-network.mjs';

/** @typedef {import('../../../dist/model/index.js').FloatModel} FloatModel */
/** @typedef {import('../../../dist/model/index.js').FusedModel} FusedModel */
/** @typedef {import('../../../dist/model/index.js').FusedStage} FusedStage */
/** @typedef {import('../../../dist/model/index.js').FusedWeighted} FusedWeighted */
/** @typedef {import('./int8-network.mjs').Int8Network} Int8Network */
/** @typedef {import('./int8-network.mjs').Int8Stage} Int8Stage */
/** @typedef {import('./int8-network.mjs').Quantization} Quantization */
/** @typedef {import('./int8-network.mjs').Tensor} Tensor */

const [LEAST, GREATEST] = [-128, 127];
const LEFT_SHIFT = 20;

/**
 * @param {FloatModel} model
 * @param {readonly Uint8Array[]} pictures - of the training set
 * @returns {Int8Network}
 * @throws Error if the model has a stage or an activation function without an 8-bit form here.
 */
export function quantizeInt8(model, pictures) {
  const fused = foldNorms(fuse(model));
  const ranges = outputRanges(fused, pictures);
  const { scale, offset } = fused.input;
  const zero = -offset / scale - 128;
  if (!Number.isInteger(zero) || zero < LEAST || zero > GREATEST)
    throw new Error(`a pixel for which the input of "${model.name}" is zero is missing`);

  /** @type {Map<string, Tensor & Quantization>} */
  const tensors = new Map([['input', { name: 'input', shape: fused.input.shape, scale, zero }]]);
  const stages = fused.stages.map((stage) => {
    const inputs = inputsOf(stage).map((name) => /** @type {Tensor & Quantization} */ (tensors.get(name)));
    const [first] = inputs;
    if (first === undefined) throw new Error(`stage "${stage.name}" reads nothing`);
    // A pool passes values on as they are.
    const pools = stage.kind === 'maxPool' || stage.kind === 'averagePool';
    const quantization = pools ? first : quantizationOf(ranges.get(stage.name));
    const output = {
      name: stage.name,
      shape: stage.shape,
      scale: quantization.scale,
      zero: quantization.zero,
    };
    tensors.set(stage.name, output);
    return toInt8(stage, inputs, output);
  });
  return { name: model.name, input: /** @type {Tensor} */ (tensors.get('input')), stages };
}

/** @param {FusedModel} model @param {readonly Uint8Array[]} pictures */
function outputRanges(model, pictures) {
  /** @type {Map<string, { min: number, max: number }>} */
  const ranges = new Map();
  for (const picture of pictures) {
    evaluateFused(model, inputValues(model, picture), ({ name }, output) => {
      const range = ranges.get(name) ?? { min: 0, max: 0 };
      for (const value of output) {
        range.min = Math.min(range.min, value);
        range.max = Math.max(range.max, value);
      }
      ranges.set(name, range);
      return output;
    });
  }
  return ranges;
}

/** @param {{ min: number, max: number } | undefined} range @returns {Quantization} */
function quantizationOf(range) {
  const { min, max } = range ?? { min: 0, max: 0 };
  const scale = max === min ? 1 : (max - min) / (GREATEST - LEAST);
  return { scale, zero: Math.min(Math.max(Math.round(LEAST - min / scale), LEAST), GREATEST) };
}

/** @param {FusedStage} stage @param {readonly (Tensor & Quantization)[]} inputs @param {Tensor & Quantization} output @returns {Int8Stage} */
function toInt8(stage, inputs, output) {
  const range = rangeOf(stage, output);
  const base = { inputs, output, range };
  if (hasWeights(stage)) {
    const { weights, scaling } = quantizeWeights(stage, /** @type {Quantization} */ (inputs[0]), output);
    if (stage.kind === 'dense') return { ...base, kind: stage.kind, weights, scaling };
    const { kernelSize: window, stride, padding } = stage;
    return { ...base, kind: stage.kind, window, stride, padding, weights, scaling };
  }
  switch (stage.kind) {
    case 'maxPool':
    case 'averagePool':
      return {
        ...base,
        kind: stage.kind,
        window: stage.window,
        stride: stage.stride,
        padding: stage.padding,
      };
    case 'add': {
      if (inputs.length !== 2) throw new Error(`stage "${stage.name}" has ${inputs.length} addends, not two`);
      const most = 2 * Math.max(...inputs.map(({ scale }) => scale));
      return {
        ...base,
        kind: 'add',
        leftShift: LEFT_SHIFT,
        factors: inputs.map(({ scale }) => factorOf(scale / most)),
        outputFactor: factorOf(most / (2 ** LEFT_SHIFT * output.scale)),
      };
    }
    case 'concat':
      throw new Error(`stage "${stage.name}": concatenation has no 8-bit form here`);
  }
}

/** What the activation function leaves of -128 to 127. @param {FusedStage} stage @param {Quantization} output */
function rangeOf(stage, { scale, zero }) {
  const activation = 'activation' in stage ? stage.activation : 'linear';
  switch (activation) {
    case 'linear':
      return { least: LEAST, greatest: GREATEST };
    case 'relu':
      return { least: Math.max(LEAST, zero), greatest: GREATEST };
    case 'relu6':
      return { least: Math.max(LEAST, zero), greatest: Math.min(GREATEST, zero + Math.round(6 / scale)) };
    default:
      throw new Error(`stage "${stage.name}": the activation function ${activation} has no 8-bit form here`);
  }
}

/** Outputs are innermost in float kernels. @param {FusedWeighted} stage @param {Quantization} input @param {Quantization} output */
function quantizeWeights({ kind, kernel, bias }, input, output) {
  const channels = bias.length;
  const perChannel = kernel.length / channels;
  const scales = Array.from(bias, (_, c) => {
    let most = 0;
    for (let i = c; i < kernel.length; i += channels) most = Math.max(most, Math.abs(Number(kernel[i])));
    return most === 0 ? 1 : most / GREATEST;
  });
  /** @param {number} i @param {number} c */
  const weight = (i, c) => Math.round(Number(kernel[i * channels + c]) / Number(scales[c]));
  const weights =
    kind === 'depthwiseConv2d'
      ? Array.from(kernel, (_, at) => weight(Math.floor(at / channels), at % channels))
      : Array.from(kernel, (_, at) => weight(at % perChannel, Math.floor(at / perChannel)));
  const factors = scales.map((scale) => factorOf((input.scale * scale) / output.scale));
  return {
    weights,
    scaling: {
      bias: Array.from(bias, (value, c) => Math.round(value / (input.scale * Number(scales[c])))),
      multipliers: factors.map(({ multiplier }) => multiplier),
      shifts: factors.map(({ shift }) => shift),
    },
  };
}
