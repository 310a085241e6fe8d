export { broadcast, broadcastSizes } from './broadcast.js';
export { roundEven, unaryFunction } from './evaluate-elementwise.js';
export { evaluateGraph, evaluateOperation } from './evaluate.js';
export * from './graph.js';
export { nodeTitle, problem, quoted } from './problem.js';
export { checkElements, graphSizes, MOST_ELEMENTS, outputSizes, shownSizes } from './sizes.js';
export { elements, strides } from './tensor.js';
