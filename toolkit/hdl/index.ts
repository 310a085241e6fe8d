export * from './choose-folding.js';
export * from './engine-image.js';
export * from './engine-program.js';
export * from './estimate.js';
export * from './folding.js';
export * from './fpga-project.js';
export * from './hdl-project.js';
export * from './unrolled/index.js';
