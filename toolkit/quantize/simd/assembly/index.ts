export { convolve, packFilter } from './convolve';
export { convolveDepthwise } from './depthwise';
export { depthwiseFilterSums, filterSums } from './filter-sums';
export { lineBackward, lineForward, lineSums, statistics } from './finish';
export { averagePoolBackward } from './pool';
