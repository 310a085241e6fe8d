export * from './data-set.js';
export * from './load-data-set.js';
