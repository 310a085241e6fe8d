export * from './data-set.js';
export * from './idx.js';
export * from './load-data-set.js';
