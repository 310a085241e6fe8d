export * from './check-layers.js';
export * from './evaluate-float.js';
export * from './float-model.js';
export * from './from-layers-model.js';
export * from './fuse.js';
export * from './read-tfjs-layers.js';
export type { ReadOptions } from './tfjs-artifacts.js';
export * from './write-file.js';
export * from './write-tfjs-layers.js';
