export * from './data-set.js';
export * from './from-arrays.js';
export * from './idx.js';
export * from './list-data-sets.js';
export * from './load-data-set.js';
export * from './named-sets.js';
export * from './places.js';
export * from './resample.js';
