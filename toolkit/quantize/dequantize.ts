import { InputError } from '../errors.js';
import { activateAll, isWave } from '../model/activations.js';
import { evaluateFused } from '../model/evaluate-float.js';
import { inputsOf } from '../model/float-model.js';
import type { FusedModel, FusedStage } from '../model/fuse.js';
import { INPUT, type Shape } from '../network/index.js';
import { levelIndex, levelValue, type Levels } from './levels.js';
import type { QuantizedModel, QuantizedStage } from './quantized-model.js';

/** The float network that a quantized model stands for: weights at their levels, scales as a norm. */
export function dequantize(model: QuantizedModel): FusedModel {
  const shapes = new Map<string, Shape>([[INPUT, model.input.shape]]);
  const stages = model.stages.map((stage): FusedStage => {
    const inputShapes = inputsOf(stage).map((input): Shape => {
      const found = shapes.get(input);
      if (found !== undefined) return found;
      throw new InputError(`it reads "${input}", which is not an earlier stage`, {
        where: `stage "${stage.name}" of model "${model.name}"`,
      });
    });
    const restored = toFused(stage, inputShapes);
    shapes.set(stage.name, restored.shape);
    return restored;
  });
  return {
    name: model.name,
    input: { shape: model.input.shape, scale: 1, offset: 0 },
    stages,
    labels: model.labels,
  };
}

/** The logits of a quantized model for one picture of raw bytes, in real numbers. */
export function quantizedEvaluator(model: QuantizedModel): (picture: Uint8Array) => Float32Array {
  const restored = withoutWaves(dequantize(model));
  const levels = new Map<string, Levels>(
    model.stages.flatMap((stage) =>
      'levels' in stage && stage.levels !== null ? [[stage.name, stage.levels]] : [],
    ),
  );
  const waves = new Map(
    model.stages.flatMap((stage) =>
      'activation' in stage && stage.activation !== undefined && isWave(stage.activation)
        ? [[stage.name, stage.activation]]
        : [],
    ),
  );
  return (picture) => {
    const input = Float32Array.from(picture, (byte) =>
      levelValue(model.input.levels, model.input.table[byte] ?? 0),
    );
    return evaluateFused(restored, input, (stage, output) => {
      const to = levels.get(stage.name);
      const rounded = to === undefined ? output : roundTo(to, output);
      const wave = waves.get(stage.name);
      return wave === undefined ? rounded : activateAll(wave, rounded, 1);
    });
  };
}

/** The same without the functions that come after the rounding. */
const withoutWaves = (model: FusedModel): FusedModel => ({
  ...model,
  stages: model.stages.map((stage) =>
    'activation' in stage && isWave(stage.activation) ? { ...stage, activation: 'linear' } : stage,
  ),
});

/** Each value rounded to the nearest level. */
export function roundTo(levels: Levels, values: Float32Array): Float32Array {
  return values.map((value) => levelValue(levels, levelIndex(levels, value)));
}

function toFused(stage: QuantizedStage, inputShapes: readonly Shape[]): FusedStage {
  const { name } = stage;
  const first = inputShapes[0] ?? [0, 0, 0];
  if (stage.kind === 'add') {
    const { inputs, activation = 'linear' } = stage;
    return { name, inputs, inputShapes, shape: first, kind: 'add', activation };
  }
  if (stage.kind === 'concat') {
    const channels = inputShapes.reduce((sum, shape) => sum + shape[2], 0);
    return { name, inputs: stage.inputs, inputShapes, shape: [first[0], first[1], channels], kind: 'concat' };
  }
  const base = { name, input: stage.input, inputShape: first };
  if (stage.kind === 'dense') {
    return { ...base, kind: 'dense', shape: [1, 1, stage.bias.length], ...restoredWeights(stage) };
  }
  const window = 'kernel' in stage ? stage.kernel : stage.window;
  const { stride, padding } = stage;
  const channels = 'bias' in stage ? stage.bias.length : first[2];
  const shape: Shape = [
    Math.floor((first[0] + padding.top + padding.bottom - window[0]) / stride[0]) + 1,
    Math.floor((first[1] + padding.left + padding.right - window[1]) / stride[1]) + 1,
    channels,
  ];
  if ('kernel' in stage) {
    return {
      ...base,
      kind: stage.kind,
      shape,
      kernelSize: window,
      stride,
      padding,
      ...restoredWeights(stage),
    };
  }
  return { ...base, kind: stage.kind, shape, window, stride, padding };
}

/** Weights in TensorFlow's order, outputs innermost. */
function restoredWeights(stage: Extract<QuantizedStage, { readonly bias: unknown }>) {
  const { scale, activation = 'linear' } = stage;
  const outputs = stage.bias.length;
  const inputs = stage.weights.length / outputs;
  const kernel = Float32Array.from(stage.weights, (_, i) => {
    const index = stage.weights[(i % outputs) * inputs + Math.floor(i / outputs)] ?? 0;
    return stage.weightLevels[index] ?? 0;
  });
  const bias = Float32Array.from(stage.bias);
  if (scale === undefined) return { kernel, bias, norm: null, activation };
  const zeros = bias.map(() => 0);
  const norm = {
    gamma: Float32Array.from(scale),
    beta: bias,
    mean: zeros,
    variance: bias.map(() => 1),
    epsilon: 0,
  };
  return { kernel, bias: zeros, norm, activation };
}
