import { isPerChannel, type Activation } from '../model/activations.js';
import { inputsOf } from '../model/float-model.js';
import {
  activationOf,
  hasWeights,
  type FusedModel,
  type FusedStage,
  type FusedWeighted,
} from '../model/fuse.js';
import type { Provenance } from '../network/index.js';
import { isUniform, levelIndex, levelsCovering, type Levels } from './levels.js';
import { QUANTIZED_FORMAT, type QuantizedModel, type QuantizedStage } from './quantized-model.js';
import { quantizedNames } from './stage-levels.js';
import { nearestLevels } from './weight-levels.js';

/** What quantization found out about one stage. Weights are real numbers in TensorFlow's order, not yet snapped. */
export interface StageQuantization {
  readonly weights: Float32Array;
  readonly weightLevels: Float32Array;
  /** Per output channel, positive; null where all are 1. */
  readonly scale: Float32Array | null;
  readonly bias: Float32Array;
  /** Whether weights are at these levels without rounding. */
  readonly exact?: true;
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
 * Puts a QuantizedModel together. `stages` holds each stage with weights, `outputs` the levels of each stage that
 * computes new values; a stage that is not in it has the logits for output. Stages get names that are safe in
 * generated code.
 */
export function buildQuantized(
  model: FusedModel,
  input: Levels,
  stages: ReadonlyMap<string, StageQuantization>,
  outputs: ReadonlyMap<string, Levels>,
  provenance: Provenance,
): QuantizedModel {
  const names = quantizedNames(model);
  const safe = (name: string): string => names.get(name) ?? name;
  const toStage = (stage: FusedStage): QuantizedStage => {
    const name = safe(stage.name);
    const found = outputs.get(stage.name);
    const levels = found === undefined ? null : tidy(found);
    const activation =
      activationOf(stage) === 'linear' ? {} : { activation: tidyActivation(activationOf(stage)) };
    if (stage.kind === 'add' || stage.kind === 'concat') {
      const inputs = inputsOf(stage).map(safe);
      if (stage.kind === 'add') return { name, inputs, kind: 'add', ...activation, levels };
      return { name, inputs, kind: 'concat', levels: need(levels, name) };
    }
    const base = { name, input: safe(stage.input) };
    if (!hasWeights(stage)) {
      const { window, stride, padding } = stage;
      if (stage.kind === 'maxPool') return { ...base, kind: 'maxPool', window, stride, padding };
      return { ...base, kind: 'averagePool', window, stride, padding, levels };
    }
    const { weightLevels, weights, scale, bias } = need(stages.get(stage.name), name);
    const common = {
      weightLevels: Array.from(weightLevels, short),
      weights: outputMajor(stage, nearestLevels(weightLevels, weights)),
      ...(scale === null ? {} : { scale: Array.from(scale, short) }),
      bias: Array.from(bias, short),
      ...activation,
      levels,
    };
    if (stage.kind === 'dense') return { ...base, kind: 'dense', ...common };
    const { kernelSize: kernel, stride, padding } = stage;
    return { ...base, kind: stage.kind, kernel, stride, padding, ...common };
  };
  const levels = tidy(input);
  return {
    format: QUANTIZED_FORMAT,
    name: model.name,
    input: { shape: model.input.shape, levels, table: inputTable(model, isUniform(input) ? input : levels) },
    stages: model.stages.map(toStage),
    labels: model.labels,
    ...(model.values === undefined ? {} : { values: withoutLinear(model.values) }),
    provenance,
  };
}

function need<T>(found: T | null | undefined, name: string): T {
  if (found === undefined || found === null) throw new Error(`no quantization of "${name}"`);
  return found;
}

/** From TensorFlow's order, outputs innermost, to outputs outermost. */
function outputMajor(stage: FusedWeighted, values: Uint8Array): number[] {
  const outputs = stage.bias.length;
  const inputs = values.length / outputs;
  return Array.from(values, (_, i) => values[(i % inputs) * outputs + Math.floor(i / inputs)] ?? 0);
}

/** Seven digits are all that a 32-bit float holds. */
const short = (value: number): number => Number(value.toPrecision(7));
const withoutLinear = ({ activation }: { readonly activation: Activation }) =>
  activation === 'linear' ? {} : { activation };

const tidyActivation = (activation: Activation): Activation =>
  isPerChannel(activation) ? { ...activation, slopes: activation.slopes.map(short) } : activation;
/** Levels that are the same in seven digits become one. */
const tidy = (levels: Levels): Levels =>
  isUniform(levels)
    ? { ...levels, step: short(levels.step) }
    : { values: [...new Set(levels.values.map(short))] };
