export * from './tablize.js';
export * from './table-accuracy.js';
