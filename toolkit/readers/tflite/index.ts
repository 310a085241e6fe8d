export { readTflite } from './read-tflite.js';
