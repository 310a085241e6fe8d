export { ARCHITECTURES, buildArchitecture, type Architecture } from './architectures.js';
export { loadBackend, type Backend } from './backend.js';
export { removeCheckpoint } from './checkpoint.js';
export { claimModelFolder } from './claim-model-folder.js';
export { dequantize, quantizedEvaluator } from './dequantize.js';
export { levelIndex, levelsCovering, levelValue, type Levels } from './levels.js';
export {
  prepareQuantization,
  quantizeModel,
  type PreparedModel,
  type PrepareOptions,
  type QuantizeOptions,
} from './post-training.js';
export * from './quantized-model.js';
export {
  ACTIVATION_QUANTIZERS,
  WEIGHT_QUANTIZERS,
  WEIGHT_SCHEMES,
  type ActivationSchemeName,
  type SchemeFamily,
  type WeightScheme,
  type WeightSchemeName,
} from './quantizers/index.js';
export type { LevelCounts, LevelOptions, TableStage } from './stage-levels.js';
export {
  GAINS,
  type FloatTrainOptions,
  type Gains,
  type Origin,
  type TrainOptions,
} from './train-options.js';
export { trainFloatModel, type FloatTrainResult } from './train-float.js';
export { trainModel, type TrainResult } from './train.js';
