export * from './c-names.js';
export * from './firmware-project.js';
export * from './fit.js';
export * from './project.js';
