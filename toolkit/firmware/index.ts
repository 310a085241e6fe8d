export * from './c-names.js';
export * from './firmware-project.js';
export * from './fit.js';
export * from './project.js';
export { AIMS, type Aim, type KernelOptions } from './kernels/kernel-options.js';
export { KERNEL_NAMES, type KernelName } from './kernels/stage-kernel.js';
export { kernelReport, type KernelReport } from './kernels/kernel-report.js';
