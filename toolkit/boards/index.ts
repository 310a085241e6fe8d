export { clocksPerBit } from './baud.js';
export * from './board.js';
export * from './registry.js';
export * from './shown.js';
