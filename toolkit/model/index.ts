export * from './evaluate-float.js';
export * from './float-model.js';
export * from './fuse.js';
export * from './read-tfjs-layers.js';
export * from './write-file.js';
export * from './write-tfjs-layers.js';
