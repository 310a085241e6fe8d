export * from './board.js';
export * from './registry.js';
