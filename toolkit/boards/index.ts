export * from './board.js';
export * from './nearest.js';
export * from './registry.js';
