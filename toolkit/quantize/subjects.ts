import type { Scalar } from '@tensorflow/tfjs-core';
import { hasWeights, type FusedModel } from '../model/fuse.js';
import type { Parameters } from './adam.js';
import type { Tf } from './backend.js';
import { inputLevels, inputTable, type StageQuantization } from './build-quantized.js';
import { levelValue, type Levels } from './levels.js';
import type { Subject } from './optimize.js';
import { roundToLevels } from './tensor-graph.js';
import { levelsAt, nearestLevels, type WeightScheme } from './weight-levels.js';

/** Weights and biases of a network, by parameter name. */
export function weightParameters(model: FusedModel): Parameters {
  return new Map(
    model.stages.filter(hasWeights).flatMap((stage) => [
      [`${stage.name}/kernel`, stage.kernel],
      [`${stage.name}/bias`, stage.bias],
    ]),
  );
}

/** The network with trained weights in place of its own. */
export function withParameters(model: FusedModel, parameters: Parameters): FusedModel {
  return {
    ...model,
    stages: model.stages.map((stage) =>
      hasWeights(stage)
        ? {
            ...stage,
            kernel: parameters.get(`${stage.name}/kernel`) ?? stage.kernel,
            bias: parameters.get(`${stage.name}/bias`) ?? stage.bias,
          }
        : stage,
    ),
  };
}

/** Training in floating point. */
export function floatSubject(model: FusedModel): Subject {
  const { scale, offset } = model.input;
  return {
    model,
    deploy: (parameters) => ({ arrays: parameters, backward: (gradients) => gradients }),
    onOutput: () => (_, output) => output,
    inputValues: Float32Array.from({ length: 256 }, (_, byte) => byte * scale + offset),
    rateFactor: () => 1,
    beforeStep: (parameters) => parameters,
  };
}

export interface Quantization {
  readonly activationLevels: number;
  readonly weightLevels: number;
  readonly scheme: WeightScheme;
}

/** Levels change slowly beside weights: each moves a whole cluster. */
const LEVEL_RATE = 0.2;
/** Steps between two clusterings, and the fraction of the training after which levels are learned instead. */
const SNAP_EVERY = 200;
const SNAP_UNTIL = 0.5;

/**
 * Quantization-aware training. Forward, every weight is snapped to the nearest level of its layer and every
 * activation to the levels of its tensor; backward, both pass straight through. Levels of weights are found anew by
 * the scheme every 200 steps in the first half; in the second they are learned: the gradient of a level is the
 * sum over the weights snapped to it. The level 0 stays exact. The steps of activations are learned throughout.
 *
 * Parameters: those of the float network plus "<stage>/levels" and "<stage>/step" (`startQuantized`).
 */
export function quantizedSubject(
  tf: Tf,
  model: FusedModel,
  quantization: Quantization,
  zeros: ReadonlyMap<string, number>,
): Subject {
  const { activationLevels, weightLevels, scheme } = quantization;
  const levels = inputLevels(model, activationLevels);
  const weighted = model.stages.filter(hasWeights).map(({ name }) => name);
  return {
    model,
    inputValues: Float32Array.from(inputTable(model, levels), (index) => levelValue(levels, index)),
    deploy: (parameters) => {
      const arrays = new Map(parameters);
      const indices = new Map<string, Uint8Array>();
      for (const name of weighted) {
        const values = need(parameters, `${name}/levels`);
        const nearest = nearestLevels(values, need(parameters, `${name}/kernel`));
        indices.set(name, nearest);
        arrays.set(`${name}/kernel`, levelsAt(values, nearest));
        arrays.delete(`${name}/levels`);
      }
      const backward = (gradients: Parameters, done: number): Parameters => {
        // Not before the clustering is over: it may move the level 0 to another index, and Adam remembers.
        if (done < SNAP_UNTIL) return gradients;
        const all = new Map(gradients);
        for (const [name, nearest] of indices) {
          const values = need(parameters, `${name}/levels`);
          all.set(`${name}/levels`, levelGradients(values, nearest, need(gradients, `${name}/kernel`)));
        }
        return all;
      };
      return { arrays, backward };
    },
    onOutput: (tensors) => (stage, output) => {
      const zero = zeros.get(stage.name);
      const step = tensors.get(`${stage.name}/step`) as Scalar | undefined;
      if (zero === undefined || step === undefined) return output;
      return roundToLevels(tf, output, step, -zero, activationLevels - 1 - zero);
    },
    rateFactor: (name) => (name.endsWith('/levels') || name.endsWith('/step') ? LEVEL_RATE : 1),
    beforeStep: (parameters, step, done) => {
      if (done >= SNAP_UNTIL || step % SNAP_EVERY !== 0) return parameters;
      const snapped = new Map(parameters);
      for (const name of weighted) {
        snapped.set(`${name}/levels`, scheme(need(parameters, `${name}/kernel`), weightLevels));
      }
      return snapped;
    },
  };
}

/** Parameters to start quantization-aware training with, and the index of level 0 of each tensor. */
export function startQuantized(
  parameters: Parameters,
  model: FusedModel,
  quantization: Quantization,
  outputs: ReadonlyMap<string, Levels>,
): Parameters {
  const start = new Map(parameters);
  for (const { name } of model.stages.filter(hasWeights)) {
    const kernel = need(parameters, `${name}/kernel`);
    start.set(`${name}/levels`, quantization.scheme(kernel, quantization.weightLevels));
  }
  for (const [name, levels] of outputs) start.set(`${name}/step`, Float32Array.of(levels.step));
  return start;
}

/** What was learned, for `buildQuantized`. */
export function finishQuantized(
  parameters: Parameters,
  model: FusedModel,
  outputs: ReadonlyMap<string, Levels>,
): { readonly stages: Map<string, StageQuantization>; readonly outputs: Map<string, Levels> } {
  const stages = new Map(
    model.stages.filter(hasWeights).map(({ name }): [string, StageQuantization] => [
      name,
      {
        weights: need(parameters, `${name}/kernel`),
        weightLevels: need(parameters, `${name}/levels`),
        bias: need(parameters, `${name}/bias`),
      },
    ]),
  );
  const learned = new Map(
    [...outputs].map(([name, levels]): [string, Levels] => [
      name,
      { ...levels, step: need(parameters, `${name}/step`)[0] ?? levels.step },
    ]),
  );
  return { stages, outputs: learned };
}

/** A level's gradient is the sum over the weights snapped to it; the level 0 has none, so it stays. */
function levelGradients(levels: Float32Array, indices: Uint8Array, gradient: Float32Array): Float32Array {
  const sums = new Float32Array(levels.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? 0;
    sums[index] = (sums[index] ?? 0) + (gradient[i] ?? 0);
  }
  return sums.map((sum, k) => (levels[k] === 0 ? 0 : sum));
}

function need(parameters: Parameters, name: string): Float32Array {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`no parameter "${name}"`);
  return found;
}
