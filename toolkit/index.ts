/** The library behind the command line: networks of integers, their reference, C projects, devices and verification. */
export { loadBoard, listBoards, type Board } from './boards/index.js';
export { loadDataSet, type DataSet } from './data/index.js';
export {
  openDevice,
  serialDevice,
  type Device,
  type DeviceInfo,
  type Inference,
  type Link,
} from './device/index.js';
export { EXIT, TablizeError } from './errors.js';
export { firmwareProject, type FirmwareProject } from './firmware/index.js';
export {
  activationCompactness,
  activationHistograms,
  analyse,
  checkNetwork,
  createInterpreter,
  interpret,
  measureNetwork,
  networkCompactness,
  networkHash,
  parseNetwork,
  productForm,
  serializeNetwork,
  type Interpretation,
  type NetworkCompactness,
  type TableNetwork,
} from './network/index.js';
export { executePlan, findToolchain, planFirmware, type BuildPlan } from './plan/index.js';
export { parseQuantized, type QuantizedModel } from './quantize/quantized-model.js';
export { tablize } from './tablize/index.js';
export { verify, type Verification } from './verify/index.js';
