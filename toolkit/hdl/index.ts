export * from './engine-image.js';
export * from './engine-program.js';
export * from './folding.js';
export * from './hdl-project.js';
export * from './fpga-project.js';
export * from './unrolled/index.js';
export * from './prove/index.js';
