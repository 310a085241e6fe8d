export * from './c-library.js';
export * from './cores.js';
export * from './example.js';
export * from './formats.js';
export * from './verilog-core.js';
