export { ARCHITECTURES, buildArchitecture, type Architecture } from './architectures.js';
export { loadBackend, type Backend } from './backend.js';
export { dequantize, quantizedEvaluator } from './dequantize.js';
export { levelIndex, levelsCovering, levelValue, type Levels } from './levels.js';
export { quantizeModel, type QuantizeOptions } from './post-training.js';
export * from './quantized-model.js';
export type { TrainOptions } from './train-options.js';
export { trainModel, type TrainResult } from './train.js';
export { WEIGHT_SCHEMES, type WeightScheme, type WeightSchemeName } from './weight-levels.js';
