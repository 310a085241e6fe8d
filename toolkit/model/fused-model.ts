import type { Padding, Shape } from '../network/index.js';
import type { Activation } from './activations.js';
import type { FloatInput } from './float-model.js';
import type { GivenLevels } from './given-levels.js';
import type { Pair } from './windows.js';

/**
 * A float network in the form that is deployed: batch norm and activations joined to the layer before them, flattening
 * gone (dense reads any tensor flattened), padding explicit. Stages other than `maxPool` and `concat` compute new values.
 */
export interface FusedModel {
  readonly name: string;
  readonly input: FloatInput;
  readonly stages: readonly FusedStage[];
  readonly labels: readonly string[];
  /** Where the outputs are values and not logits: the function that is still to be taken of them. */
  readonly values?: { readonly activation: Activation };
}

interface StageBase {
  readonly name: string;
  readonly input: string;
  readonly inputShape: Shape;
  readonly shape: Shape;
}

/** A tensor that was given its levels in training. */
interface Rounded {
  readonly levels?: GivenLevels;
}

interface JoiningBase {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly shape: Shape;
}

interface Windowed {
  readonly stride: Pair;
  readonly padding: Padding;
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel. */
export interface Norm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  /** A scale and no more: statistics are not taken in training, and gamma is not learned. */
  readonly fixed?: true;
}

interface Weighted extends StageBase, Rounded {
  readonly kernel: Float32Array;
  /** 1 where the kernel has a weight, 0 where it is filled up with a zero that stays: of dilated and of grouped ones. */
  readonly present?: Uint8Array;
  /** All zero where there is a norm, which has taken it in. */
  readonly bias: Float32Array;
  readonly norm: Norm | null;
  readonly activation: Activation;
}

export interface FusedDense extends Weighted {
  readonly kind: 'dense';
}

export interface FusedConv2d extends Weighted, Windowed {
  readonly kind: 'conv2d';
  readonly kernelSize: Pair;
}

export interface FusedDepthwise extends Weighted, Windowed {
  readonly kind: 'depthwiseConv2d';
  readonly kernelSize: Pair;
}

export interface FusedPool extends StageBase, Windowed, Rounded {
  readonly kind: 'maxPool' | 'averagePool';
  readonly window: Pair;
}

export interface FusedAdd extends JoiningBase, Rounded {
  readonly kind: 'add';
  readonly activation: Activation;
}

export interface FusedConcat extends JoiningBase, Rounded {
  readonly kind: 'concat';
}

export type FusedWeighted = FusedDense | FusedConv2d | FusedDepthwise;
export type FusedStage = FusedWeighted | FusedPool | FusedAdd | FusedConcat;

export const hasWeights = (stage: FusedStage): stage is FusedWeighted => 'kernel' in stage;

/** The activation function that ends a stage; linear where it has none of its own. */
export const activationOf = (stage: FusedStage): Activation =>
  'activation' in stage ? stage.activation : 'linear';

/** A norm as one factor and one summand per channel: y = x * scale + shift. */
export function affine({ gamma, beta, mean, variance, epsilon }: Norm): {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
} {
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  return { scale, shift: beta.map((value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0)) };
}

/** The stage with its norm folded into kernel and bias; outputs are innermost in every kernel. */
export function foldNorm<S extends FusedWeighted>(stage: S): S {
  if (stage.norm === null) return stage;
  const { scale, shift } = affine(stage.norm);
  return {
    ...stage,
    kernel: stage.kernel.map((weight, i) => weight * (scale[i % scale.length] ?? 0)),
    bias: shift,
    norm: null,
  };
}

/** The model with every norm folded into the weights. */
export function foldNorms(model: FusedModel): FusedModel {
  return { ...model, stages: model.stages.map((stage) => (hasWeights(stage) ? foldNorm(stage) : stage)) };
}
