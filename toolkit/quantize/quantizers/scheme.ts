import type { Multiple } from './multiples.js';

/**
 * How the levels of a layer's weights are chosen: at most `count` (2..256) ascending values in the unit of the weights,
 * exactly one of them 0. Fewer where the weights have no use for more: weights that are all 0, or none at all, give
 * [0]. Weights are finite. Nothing is random: the same weights give the same levels.
 */
export type WeightScheme = (weights: Float32Array, count: number) => Float32Array;

/**
 * How the levels of a tensor of activations are chosen from values seen in it: at most `count` (2..256) ascending
 * values inside `range`, exactly one of them 0 (padding and silent units are exact). A tensor in which nothing but 0
 * was seen has the one level 0, unless the scheme does not look at values. Values are finite and inside `range`.
 */
export type ActivationScheme = (values: Float32Array, count: number, range: ActivationRange) => Float32Array;

/**
 * What the activation function can give: [0, Infinity] of relu, [0, 6] of relu6, [-1, 1] of tanh, [0, 1] of sigmoid,
 * [-Infinity, Infinity] of linear. `least` <= 0 <= `greatest`.
 */
export interface ActivationRange {
  readonly least: number;
  readonly greatest: number;
}

/**
 * TBNU's three kinds: `fixed` knows at most a scale (and, calibrated, a range), `parametric` fits a distribution,
 * `model-free` goes by the values themselves.
 */
export type SchemeFamily = 'fixed' | 'parametric' | 'model-free';

/** A scheme and what people are told about it. */
export interface Quantizer<Scheme> {
  readonly scheme: Scheme;
  readonly family: SchemeFamily;
  /** One line without a full stop. */
  readonly summary: string;
}

export interface WeightQuantizer extends Quantizer<WeightScheme> {
  /** Of schemes whose levels are multiples of one step, and stay that when they are learned: which ones. */
  readonly multiple?: Multiple;
}
