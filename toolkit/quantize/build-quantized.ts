import {
  hasWeights,
  type FusedConv2d,
  type FusedDense,
  type FusedModel,
  type FusedStage,
} from '../model/fuse.js';
import { safeNames } from '../model/safe-name.js';
import { INPUT, type Provenance } from '../network/index.js';
import { levelIndex, levelsCovering, type Levels } from './levels.js';
import { QUANTIZED_FORMAT, type QuantizedModel, type QuantizedStage } from './quantized-model.js';
import { nearestLevels } from './weight-levels.js';

/** What quantization found out about one stage. Weights are real numbers in TensorFlow's order, not yet snapped. */
export interface StageQuantization {
  readonly weights: Float32Array;
  readonly weightLevels: Float32Array;
  readonly bias: Float32Array;
}

/** Levels of the picture: they span what the bytes 0..255 stand for. */
export function inputLevels(model: FusedModel, count: number): Levels {
  const { scale, offset } = model.input;
  const ends = [offset, 255 * scale + offset];
  return levelsCovering(Math.min(...ends), Math.max(...ends), count);
}

/** Level index of each pixel byte. */
export function inputTable(model: FusedModel, levels: Levels): number[] {
  const { scale, offset } = model.input;
  return Array.from({ length: 256 }, (_, byte) => levelIndex(levels, byte * scale + offset));
}

/**
 * Puts a QuantizedModel together. `stages` holds each dense and conv2d stage, `outputs` the levels of each stage
 * that computes new values; a stage that is not in it has the logits for output. Stages get names that are safe in
 * generated code.
 */
export function buildQuantized(
  model: FusedModel,
  activationLevels: number,
  stages: ReadonlyMap<string, StageQuantization>,
  outputs: ReadonlyMap<string, Levels>,
  provenance: Provenance,
): QuantizedModel {
  const levels = inputLevels(model, activationLevels);
  const names = safeNames(
    model.stages.map((stage) => stage.name),
    [INPUT],
  );
  const named = (stage: FusedStage) => ({
    name: names.get(stage.name) ?? stage.name,
    input: names.get(stage.input) ?? stage.input,
  });
  return {
    format: QUANTIZED_FORMAT,
    name: model.name,
    input: { shape: model.input.shape, levels: tidy(levels), table: inputTable(model, levels) },
    stages: model.stages.map((stage): QuantizedStage => {
      const { name, input } = named(stage);
      if (hasWeights(stage)) {
        const found = stages.get(stage.name);
        if (found === undefined) throw new Error(`no quantization of "${name}"`);
        const out = outputs.get(stage.name);
        const common = {
          weightLevels: Array.from(found.weightLevels, short),
          weights: outputMajor(stage, nearestLevels(found.weightLevels, found.weights)),
          bias: Array.from(found.bias, short),
          levels: out === undefined ? null : tidy(out),
        };
        if (stage.kind === 'dense') return { name, input, kind: 'dense', ...common };
        const { kernelSize: kernel, stride, padding } = stage;
        return { name, input, kind: 'conv2d', kernel, stride, padding, ...common };
      }
      const { window, stride, padding } = stage;
      if (stage.kind === 'maxPool') return { name, input, kind: 'maxPool', window, stride, padding };
      const out = outputs.get(stage.name);
      if (out === undefined) throw new Error(`no levels for "${name}"`);
      return { name, input, kind: 'averagePool', window, stride, padding, levels: tidy(out) };
    }),
    labels: model.labels,
    provenance,
  };
}

/** From TensorFlow's order, outputs innermost, to outputs outermost. */
function outputMajor(stage: FusedDense | FusedConv2d, values: Uint8Array): number[] {
  const outputs = stage.bias.length;
  const inputs = values.length / outputs;
  return Array.from(values, (_, i) => values[(i % inputs) * outputs + Math.floor(i / inputs)] ?? 0);
}

/** Seven digits are all that a 32-bit float holds. */
const short = (value: number): number => Number(value.toPrecision(7));
const tidy = (levels: Levels): Levels => ({ ...levels, step: short(levels.step) });
