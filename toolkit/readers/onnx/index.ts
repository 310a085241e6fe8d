export { readOnnx, type OnnxOptions } from './read-onnx.js';
