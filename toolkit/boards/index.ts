export * from './board.js';
export * from './registry.js';
export * from './shown.js';
