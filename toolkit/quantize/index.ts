export { loadBackend } from './backend.js';
export { ARCHITECTURES, type Architecture } from './architectures.js';
export * from './quantized-model.js';
export { trainModel, type TrainOptions, type TrainResult } from './train.js';
