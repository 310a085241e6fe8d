export { boundaries, nudgeToGrid, type BoundaryGrid } from './level-boundaries.js';
export { kMeans, type KMeansOptions } from './k-means-weights.js';
export {
  ACTIVATION_QUANTIZERS,
  ACTIVATION_SCHEMES,
  WEIGHT_QUANTIZERS,
  WEIGHT_SCHEMES,
  type ActivationSchemeName,
  type WeightSchemeName,
} from './registry.js';
export { powerOfTwo, successive, type Multiple } from './multiples.js';
export type {
  ActivationRange,
  ActivationScheme,
  Quantizer,
  SchemeFamily,
  WeightQuantizer,
  WeightScheme,
} from './scheme.js';
