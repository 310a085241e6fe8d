export * from './unroll.js';
export * from './unrolled-project.js';
