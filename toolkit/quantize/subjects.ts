import {
  activationOf,
  affine,
  hasWeights,
  type FusedModel,
  type FusedStage,
  type FusedWeighted,
} from '../model/fuse.js';
import type { Parameters } from './adam.js';
import { inputTable, type StageQuantization } from './build-quantized.js';
import type { Finish } from './finish.js';
import { evenStages, gainsOf, nextExponents, type EvenStage } from './gains.js';
import { LEARNED_LEVELS, learnedStep, type LearnedWeightLevels } from './learned-weight-levels.js';
import { isUniform, levelValue, levelValues, type Levels } from './levels.js';
import type { Subject } from './optimize.js';
import type { Multiple } from './quantizers/index.js';
import { sparseSteps } from './sparse-steps.js';
import { levelsAt, nearestLevels, type WeightScheme } from './weight-levels.js';

/** Kernels, biases and norms of a network, by parameter name: "conv1/kernel", "conv1/shift" (bias, or beta of a norm). */
export function weightParameters(model: FusedModel): Parameters {
  return new Map(
    model.stages.filter(hasWeights).flatMap(({ name, kernel, bias, norm }): [string, Float32Array][] => [
      [`${name}/kernel`, kernel],
      [`${name}/shift`, norm === null ? bias : norm.beta],
      ...(norm === null
        ? []
        : ([
            [`${name}/gamma`, norm.gamma],
            [`${name}/mean`, norm.mean],
            [`${name}/variance`, norm.variance],
          ] as [string, Float32Array][])),
    ]),
  );
}

/** The network with trained weights in place of its own. */
export function withParameters(model: FusedModel, parameters: Parameters): FusedModel {
  return {
    ...model,
    stages: model.stages.map((stage) => (hasWeights(stage) ? trained(stage, parameters) : stage)),
  };
}

function trained<S extends FusedWeighted>(stage: S, parameters: Parameters): S {
  const part = (name: string): Float32Array => need(parameters, `${stage.name}/${name}`);
  const { norm } = stage;
  if (norm === null) return { ...stage, kernel: part('kernel'), bias: part('shift') };
  return {
    ...stage,
    kernel: part('kernel'),
    norm: {
      ...norm,
      gamma: part('gamma'),
      beta: part('shift'),
      mean: part('mean'),
      variance: part('variance'),
    },
  };
}

/** What goes into the forward pass as it is. */
const learnable = (parameters: Parameters): Parameters =>
  new Map([...parameters].filter(([name]) => !/\/(mean|variance|exponents)$/.test(name)));

/** Training in floating point. */
export function floatSubject(model: FusedModel): Subject {
  const { scale, offset } = model.input;
  return {
    model,
    deploy: (parameters) => ({ arrays: learnable(parameters), backward: (gradients) => gradients }),
    finishOf: (stage, done) => finishOf(stage, done < 1 ? 'batch' : 'running', null),
    inputValues: Float32Array.from({ length: 256 }, (_, byte) => byte * scale + offset),
    rateFactor: () => 1,
    beforeStep: (parameters) => parameters,
  };
}

function finishOf(
  stage: FusedStage,
  statistics: 'batch' | 'centred' | 'running',
  levels: Levels | null,
): Finish | null {
  const norm = hasWeights(stage) ? stage.norm : null;
  const activation = activationOf(stage);
  if (!hasWeights(stage) && activation === 'linear' && levels === null) return null;
  return {
    channels: stage.shape[2],
    activation,
    norm: norm === null ? 'bias' : norm.fixed === true ? 'running' : statistics,
    epsilon: norm?.epsilon ?? 0,
    rounding:
      levels === null
        ? null
        : isUniform(levels)
          ? { kind: 'uniform', count: levels.count, zero: levels.zero }
          : { kind: 'uneven' },
  };
}

/** How a network is quantized in training. */
export interface Quantization {
  readonly input: Levels;
  /** The levels that each quantized stage's output starts with. */
  readonly outputs: ReadonlyMap<string, Levels>;
  readonly weightLevels: (stage: string) => number;
  /** One set of weight levels for all stages, whose kernels are of one size then (`withUnitKernels`). */
  readonly shareWeightLevels: boolean;
  readonly scheme: WeightScheme;
  /** Which multiples of one step the weight levels are, and stay when they are learned; null: they have no common step. */
  readonly multiple: Multiple | null;
  /** The share of the weights that is to be 0, of multiples of one step; not of stages that add up few products. */
  readonly zeros?: number | undefined;
  /** Whether thresholds are to lie a power of two apart (`evenStages`). */
  readonly powerOfTwoGains?: boolean;
  /** Whether weight levels and activation levels are learned once they are found. */
  readonly learnWeightLevels: boolean;
  readonly learnActivationLevels: boolean;
  readonly schedule: Schedule;
}

/** Fractions of the training. */
export interface Schedule {
  /** Steps between two clusterings of the weights. */
  readonly snapEvery: number;
  /** After this, weight levels are not found anew but learned. */
  readonly snapUntil: number;
  /** After this, powers of two stay as they are, and the steps that they go with. */
  readonly holdFrom: number;
  /** After this, each weight stays at its level, and the rest settles around them. */
  readonly freezeFrom: number;
}

/** Levels change slowly beside weights: each moves a whole cluster. */
const LEVEL_RATE = 0.05;
const LEAST_GAMMA = 1e-3;
/** Activation levels that are closer together than this change in proportion: one step of Adam has the same size for all. */
const USUAL_GAP = 0.05;
/** Of outputs that add up fewer products none can be spared. */
const FEW_PRODUCTS = 16;
/** A step is not learned smaller than this fraction of what it started with: it must not reach 0. */
const LEAST_STEP = 1 / 8;

/**
 * Quantization-aware training. Forward, every weight is snapped to the nearest level of its layer and every
 * activation to the levels of its tensor; backward, both pass straight through. Levels of weights are found anew by
 * the scheme every so many steps at first; then they are learned: the gradient of a level is the sum over the weights
 * snapped to it; of multiples of one step only the step is learned. The level 0 stays exact. The levels of activations are learned throughout.
 *
 * Parameters: those of the float network plus "<stage>/levels" and "<stage>/weightLevels", or "<stage>/weightStep" where
 * levels are multiples of one ("shared/.." if all stages share them) (`startQuantized`), and
 * "<stage>/exponents" where gains are powers of two.
 */
export function quantizedSubject(model: FusedModel, quantization: Quantization): Subject {
  const { input, outputs, schedule } = quantization;
  const weighted = model.stages.filter(hasWeights);
  const levelsName = levelsNames(quantization);
  const learned = learnedBy(quantization);
  const levelsOf = new Map([...outputs].map(([name, levels]) => [`${name}/levels`, levels]));
  const weightSteps =
    quantization.multiple !== null
      ? foundWeightLevels(weighted, quantization, weightParameters(model))
      : new Map<string, Float32Array>();
  const startedSteps = new Map<string, number>([
    ...[...levelsOf].flatMap(([name, levels]): [string, number][] =>
      isUniform(levels) ? [[name, levels.step]] : [],
    ),
    ...[...weightSteps].map(([name, [step = 1]]): [string, number] => [name, step]),
  ]);
  const sparse = weighted.filter((stage) => isSparse(stage, quantization));
  const even = evenBy(model, quantization);
  const fixed = new Set([
    ...weighted.filter(({ norm }) => norm?.fixed).map(({ name }) => `${name}/gamma`),
    ...sparse.map(({ name }) => levelsName(name)),
  ]);
  const held = new Set(
    even.flatMap(({ name, reads }) => [
      `${name}/gamma`,
      `${name}/levels`,
      levelsName(name),
      reads.levels ?? '',
    ]),
  );
  const evenNames = new Set(even.map(({ name }) => name));
  const statisticsOf = ({ name }: FusedStage, done: number): 'batch' | 'centred' | 'running' => {
    if (done >= 1) return 'running';
    return evenNames.has(name) && done >= schedule.holdFrom ? 'centred' : 'batch';
  };
  return {
    model,
    inputValues: Float32Array.from(inputTable(model, input), (index) => levelValue(input, index)),
    deploy: (parameters) => {
      const arrays = new Map(learnable(parameters));
      const indices = new Map<string, Uint8Array>();
      for (const { name } of weighted) {
        const values = weightLevelsOf(name, parameters, quantization);
        const nearest = nearestLevels(values, need(parameters, `${name}/kernel`));
        indices.set(name, nearest);
        arrays.set(`${name}/kernel`, levelsAt(values, nearest));
        arrays.delete(levelsName(name));
      }
      const backward = (gradients: Parameters, done: number): Parameters => {
        // Not before the clustering is over: it may move the level 0 to another index, and Adam remembers.
        if (done < schedule.snapUntil || !quantization.learnWeightLevels) return gradients;
        const all = new Map(gradients);
        for (const [name, nearest] of indices) {
          const kernel = `${name}/kernel`;
          const values = weightLevelsOf(name, parameters, quantization);
          const own = learned.gradient(values, need(parameters, kernel), nearest, need(gradients, kernel));
          const others = all.get(levelsName(name));
          all.set(levelsName(name), others === undefined ? own : own.map((sum, k) => sum + (others[k] ?? 0)));
        }
        return all;
      };
      return { arrays, backward, gains: gainsBy(even, quantization, parameters) };
    },
    finishOf: (stage, done) => finishOf(stage, statisticsOf(stage, done), outputs.get(stage.name) ?? null),
    rateFactor: (name, done) => {
      if (fixed.has(name) || (held.has(name) && done >= schedule.holdFrom)) return 0;
      if (name.endsWith('/kernel')) return done < schedule.freezeFrom ? 1 : 0;
      const levels = levelsOf.get(name);
      if (levels !== undefined) {
        const slowness = Math.min(1, meanGap(levels) / USUAL_GAP);
        return quantization.learnActivationLevels ? LEVEL_RATE * slowness : 0;
      }
      const step = weightSteps.get(name)?.[0];
      if (step !== undefined) return LEVEL_RATE * Math.min(1, step / USUAL_GAP);
      return name.endsWith('/weightLevels') ? LEVEL_RATE : 1;
    },
    beforeStep: (parameters, step, done) => {
      const next = new Map(parameters);
      for (const [name, values] of parameters) {
        if (name.endsWith('/gamma'))
          next.set(
            name,
            values.map((value) => Math.max(value, LEAST_GAMMA)),
          );
        // What is learned may overtake its neighbour.
        if (/[lL]evels$/.test(name)) next.set(name, values.slice().sort());
        const started = startedSteps.get(name);
        if (started !== undefined)
          next.set(
            name,
            values.map((step) => Math.max(step, LEAST_STEP * started)),
          );
      }
      const snaps = done < schedule.snapUntil && step % schedule.snapEvery === 0;
      const found = snaps ? weighted : done < schedule.freezeFrom ? sparse : [];
      for (const [name, levels] of foundWeightLevels(found, quantization, parameters)) next.set(name, levels);
      return done < schedule.holdFrom ? withExponents(next, even, quantization) : next;
    },
  };
}

/** The mean distance between neighbouring levels. */
function meanGap(levels: Levels): number {
  const values = levelValues(levels);
  return ((values.at(-1) ?? 0) - (values[0] ?? 0)) / (values.length - 1);
}

const learnedBy = ({ multiple }: Quantization): LearnedWeightLevels =>
  multiple === null ? LEARNED_LEVELS : learnedStep(multiple);

/** Name of the parameter that the weight levels of a stage come from. */
const levelsNames =
  (quantization: Quantization) =>
  (stage: string): string =>
    `${quantization.shareWeightLevels ? 'shared' : stage}/${learnedBy(quantization).part}`;

/** The weight levels of a stage as they are. */
function weightLevelsOf(stage: string, parameters: Parameters, quantization: Quantization): Float32Array {
  const parameter = need(parameters, levelsNames(quantization)(stage));
  return learnedBy(quantization).levelsOf(parameter, quantization.weightLevels(stage));
}

const isSparse = ({ kernel, bias }: FusedWeighted, { zeros }: Quantization): boolean =>
  zeros !== undefined && kernel.length / bias.length >= FEW_PRODUCTS;

const evenBy = (
  model: FusedModel,
  { powerOfTwoGains, input, outputs }: Quantization,
): readonly EvenStage[] => (powerOfTwoGains === true ? evenStages(model, input, outputs) : []);

/** What the sums of a stage with equal steps are multiples of. */
function unitOf({ name, reads }: EvenStage, quantization: Quantization, parameters: Parameters): number {
  const [weightStep = 1] = need(parameters, levelsNames(quantization)(name));
  const [step = 1] = reads.levels === null ? [reads.step] : need(parameters, reads.levels);
  return weightStep * step;
}

/** The exponents anew, for gammas, variances and steps as they have become. */
function withExponents(
  parameters: Parameters,
  even: readonly EvenStage[],
  quantization: Quantization,
): Parameters {
  const exponents = even.map((stage): [string, Float32Array] => [
    `${stage.name}/exponents`,
    nextExponents(stage, parameters, unitOf(stage, quantization, parameters)),
  ]);
  return new Map([...parameters, ...exponents]);
}

/** By stage, the gains that are powers of two. */
const gainsBy = (
  even: readonly EvenStage[],
  quantization: Quantization,
  parameters: Parameters,
): ReadonlyMap<string, Float32Array> =>
  new Map(
    even.map((stage) => [stage.name, gainsOf(stage, parameters, unitOf(stage, quantization, parameters))]),
  );

/** Parameters for the weight levels that the scheme finds for the weights as they are. */
function foundWeightLevels(
  weighted: readonly FusedWeighted[],
  quantization: Quantization,
  parameters: Parameters,
): Parameters {
  const { weightLevels, shareWeightLevels, zeros = 0, multiple } = quantization;
  const schemeOf = (stage: FusedWeighted): WeightScheme =>
    multiple !== null && isSparse(stage, quantization) ? sparseSteps(zeros, multiple) : quantization.scheme;
  const kernels = weighted.map(({ name }) => need(parameters, `${name}/kernel`));
  const [first] = weighted;
  const { parameterOf } = learnedBy(quantization);
  if (shareWeightLevels && first !== undefined) {
    const all = Float32Array.from(kernels.flatMap((kernel) => [...kernel]));
    const found = parameterOf(quantization.scheme(all, weightLevels(first.name)));
    return new Map([[levelsNames(quantization)(first.name), found]]);
  }
  return new Map(
    weighted.map((stage, i) => [
      levelsNames(quantization)(stage.name),
      parameterOf(schemeOf(stage)(kernels[i] ?? new Float32Array(), weightLevels(stage.name))),
    ]),
  );
}

/** Parameters to start quantization-aware training with. */
export function startQuantized(model: FusedModel, quantization: Quantization): Parameters {
  const weights = weightParameters(model);
  const found = foundWeightLevels(model.stages.filter(hasWeights), quantization, weights);
  const start = new Map([...weights, ...found]);
  for (const [name, levels] of quantization.outputs) {
    start.set(`${name}/levels`, Float32Array.from(isUniform(levels) ? [levels.step] : levelValues(levels)));
  }
  return withExponents(start, evenBy(model, quantization), quantization);
}

/** What was learned, for `buildQuantized`. */
export function finishQuantized(
  parameters: Parameters,
  model: FusedModel,
  quantization: Quantization,
): { readonly stages: Map<string, StageQuantization>; readonly outputs: Map<string, Levels> } {
  const { outputs } = quantization;
  const gains = gainsBy(evenBy(model, quantization), quantization, parameters);
  const stages = new Map(
    withParameters(model, parameters)
      .stages.filter(hasWeights)
      .map((stage): [string, StageQuantization] => [
        stage.name,
        {
          weights: stage.kernel,
          weightLevels: weightLevelsOf(stage.name, parameters, quantization),
          ...scaleAndBias(stage, outputs.has(stage.name), gains.get(stage.name)),
        },
      ]),
  );
  const learned = new Map(
    [...outputs].map(([name, levels]): [string, Levels] => [
      name,
      learnedLevels(levels, need(parameters, `${name}/levels`)),
    ]),
  );
  return { stages, outputs: learned };
}

/** Logits have no scale: the one that a fixed norm gives them all alike is left out, since it changes no order. */
function scaleAndBias(
  { norm, bias }: FusedWeighted,
  hidden: boolean,
  gains: Float32Array | undefined,
): Pick<StageQuantization, 'scale' | 'bias'> {
  if (norm === null) return { scale: null, bias };
  if (gains !== undefined) {
    const { beta, mean } = norm;
    return { scale: gains, bias: beta.map((value, c) => value - (mean[c] ?? 0) * (gains[c] ?? 1)) };
  }
  const { scale, shift } = affine(norm);
  if (hidden) return { scale, bias: shift };
  return { scale: null, bias: shift.map((value, c) => value / (scale[c] ?? 1)) };
}

function learnedLevels(start: Levels, values: Float32Array): Levels {
  if (isUniform(start)) return { ...start, step: values[0] ?? start.step };
  return { values: [...new Set(values)].sort((a, b) => a - b) };
}

function need(parameters: Parameters, name: string): Float32Array {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`no parameter "${name}"`);
  return found;
}
