export { lineBackward, lineForward, lineSums, statistics } from './finish';
export { depthwiseFilterSums } from './depthwise';
