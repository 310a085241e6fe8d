export * from './c-names.js';
export * from './firmware-project.js';
export * from './project.js';
