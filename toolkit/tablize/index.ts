export * from './tablize.js';
export * from './table-accuracy.js';
export * from './value-errors.js';
