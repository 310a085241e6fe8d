export { asEmulated } from './as-emulated.js';
export { BITS_PER_BYTE, clocksPerBit, LEAST_CLOCKS_PER_BIT } from './baud.js';
export * from './board.js';
export { pllFor, type Pll } from './pll.js';
export * from './registry.js';
export * from './shown.js';
export { wiringOf, type Wiring } from './wiring.js';
export { derivedBoard, type BoardNames } from './derive-board.js';
