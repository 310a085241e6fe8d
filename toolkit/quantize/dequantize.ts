import { InputError } from '../errors.js';
import { evaluateFused } from '../model/evaluate-float.js';
import type { FusedModel, FusedStage } from '../model/fuse.js';
import { INPUT, type Shape } from '../network/index.js';
import { levelIndex, levelValue, type Levels } from './levels.js';
import type { QuantizedModel, QuantizedStage } from './quantized-model.js';

/**
 * The float network that a quantized model stands for: weights at their levels, no activations (the levels of a
 * rectified tensor start at 0, so rounding to them rectifies).
 */
export function dequantize(model: QuantizedModel): FusedModel {
  const shapes = new Map<string, Shape>([[INPUT, model.input.shape]]);
  const stages = model.stages.map((stage): FusedStage => {
    const inputShape = shapes.get(stage.input);
    if (inputShape === undefined) {
      throw new InputError(`it reads "${stage.input}", which is not an earlier stage`, {
        where: `stage "${stage.name}" of model "${model.name}"`,
      });
    }
    const restored = toFused(stage, inputShape);
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
  const restored = dequantize(model);
  const levels = new Map<string, Levels>(
    model.stages.flatMap((stage) =>
      'levels' in stage && stage.levels !== null ? [[stage.name, stage.levels]] : [],
    ),
  );
  return (picture) => {
    const input = Float32Array.from(picture, (byte) =>
      levelValue(model.input.levels, model.input.table[byte] ?? 0),
    );
    return evaluateFused(restored, input, (stage, output) => {
      const to = levels.get(stage.name);
      return to === undefined ? output : roundTo(to, output);
    });
  };
}

/** Each value rounded to the nearest level. */
export function roundTo(levels: Levels, values: Float32Array): Float32Array {
  return values.map((value) => levelValue(levels, levelIndex(levels, value)));
}

function toFused(stage: QuantizedStage, inputShape: Shape): FusedStage {
  const base = { name: stage.name, input: stage.input, inputShape };
  if (stage.kind === 'dense') {
    return { ...base, kind: 'dense', shape: [1, 1, stage.bias.length], ...restoredWeights(stage) };
  }
  const window = stage.kind === 'conv2d' ? stage.kernel : stage.window;
  const { stride, padding } = stage;
  const channels = stage.kind === 'conv2d' ? stage.bias.length : inputShape[2];
  const shape: Shape = [
    Math.floor((inputShape[0] + padding.top + padding.bottom - window[0]) / stride[0]) + 1,
    Math.floor((inputShape[1] + padding.left + padding.right - window[1]) / stride[1]) + 1,
    channels,
  ];
  if (stage.kind === 'conv2d') {
    return { ...base, kind: 'conv2d', shape, kernelSize: window, stride, padding, ...restoredWeights(stage) };
  }
  return { ...base, kind: stage.kind, shape, window, stride, padding };
}

/** Weights in TensorFlow's order, outputs innermost. */
function restoredWeights(stage: Extract<QuantizedStage, { readonly bias: unknown }>) {
  const outputs = stage.bias.length;
  const inputs = stage.weights.length / outputs;
  const kernel = Float32Array.from(stage.weights, (_, i) => {
    const index = stage.weights[(i % outputs) * inputs + Math.floor(i / outputs)] ?? 0;
    return stage.weightLevels[index] ?? 0;
  });
  return { kernel, bias: Float32Array.from(stage.bias), activation: 'linear' as const };
}
