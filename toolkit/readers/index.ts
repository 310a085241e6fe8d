export { fileKind, type FileKind } from './file-kinds.js';
export * from './keras/read-keras-file.js';
export * from './read-model.js';
