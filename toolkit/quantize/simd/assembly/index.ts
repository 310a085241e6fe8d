export { filterSums } from './convolution';
export { depthwiseFilterSums } from './depthwise';
export { lineBackward, lineForward, lineSums, statistics } from './finish';
export { averagePoolBackward } from './pool';
