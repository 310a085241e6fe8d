import { fixedActivationLevels } from './fixed-activations.js';
import { gaussianWeightLevels } from './gaussian-weights.js';
import { kMeansWeightLevels } from './k-means-weights.js';
import { laplacianWeightLevels } from './laplacian-weights.js';
import { lloydMaxActivationLevels } from './lloyd-max-activations.js';
import { parametricActivationLevels } from './parametric-activations.js';
import { powerOfTwo, successive } from './multiples.js';
import type { ActivationScheme, Quantizer, WeightQuantizer, WeightScheme } from './scheme.js';
import { powerWeightLevels, steppedWeightLevels } from './stepped-weights.js';
import { uniformActivationLevels } from './uniform-activations.js';
import { uniformWeightLevels } from './uniform-weights.js';

/** How the levels of a layer's weights can be chosen, by name. */
export const WEIGHT_QUANTIZERS = {
  'k-means': {
    scheme: kMeansWeightLevels,
    family: 'model-free',
    summary: 'centres of k-means over the weights, the one nearest to 0 held at 0',
  },
  laplacian: {
    scheme: laplacianWeightLevels,
    family: 'parametric',
    summary: 'equal shares of a Laplacian fitted to the weights between neighbours',
  },
  gaussian: {
    scheme: gaussianWeightLevels,
    family: 'parametric',
    summary: 'least squared error for a normal distribution fitted to the weights',
  },
  steps: {
    scheme: steppedWeightLevels,
    family: 'model-free',
    summary: 'multiples of one step, that of least squared error; only the step is learned',
    multiple: successive,
  },
  powers: {
    scheme: powerWeightLevels,
    family: 'model-free',
    summary: 'powers of two times one step, that of least squared error; only the step is learned',
    multiple: powerOfTwo,
  },
  uniform: {
    scheme: uniformWeightLevels,
    family: 'fixed',
    summary: 'equally spaced from minus to plus the largest magnitude',
  },
} as const satisfies Record<string, WeightQuantizer>;

/** How the levels of a tensor of activations can be chosen, by name. */
export const ACTIVATION_QUANTIZERS = {
  fixed: {
    scheme: fixedActivationLevels,
    family: 'fixed',
    summary: "equally spaced over the activation function's range, 6 for an end it does not have",
  },
  uniform: {
    scheme: uniformActivationLevels,
    family: 'fixed',
    summary: 'equally spaced up to the 99.8 % quantile of the values seen',
  },
  parametric: {
    scheme: parametricActivationLevels,
    family: 'parametric',
    summary: 'least squared error for a Laplacian or normal distribution fitted to the values seen',
  },
  'lloyd-max': {
    scheme: lloydMaxActivationLevels,
    family: 'model-free',
    summary: "Lloyd's algorithm on the values seen, with 0 held",
  },
} as const satisfies Record<string, Quantizer<ActivationScheme>>;

export type WeightSchemeName = keyof typeof WEIGHT_QUANTIZERS;
export type ActivationSchemeName = keyof typeof ACTIVATION_QUANTIZERS;

/** The functions of `WEIGHT_QUANTIZERS` alone. */
export const WEIGHT_SCHEMES = {
  'k-means': kMeansWeightLevels,
  laplacian: laplacianWeightLevels,
  gaussian: gaussianWeightLevels,
  steps: steppedWeightLevels,
  powers: powerWeightLevels,
  uniform: uniformWeightLevels,
} as const satisfies Record<WeightSchemeName, WeightScheme>;

/** The functions of `ACTIVATION_QUANTIZERS` alone. */
export const ACTIVATION_SCHEMES = {
  fixed: fixedActivationLevels,
  uniform: uniformActivationLevels,
  parametric: parametricActivationLevels,
  'lloyd-max': lloydMaxActivationLevels,
} as const satisfies Record<ActivationSchemeName, ActivationScheme>;
