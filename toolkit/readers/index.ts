export * from './keras/read-keras-file.js';
export * from './read-model.js';
