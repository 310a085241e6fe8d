/** The library behind the command line: networks of integers, their reference, C projects, devices and verification. */
export { loadBoard, listBoards, type Board } from './boards/index.js';
export { dataSetOf, loadDataSet, type DataSet, type Pictures } from './data/index.js';
export {
  openDevice,
  openPort,
  serialDevice,
  type Device,
  type DeviceInfo,
  type Inference,
  type Link,
  type Traffic,
} from './device/index.js';
export { EXIT, TablizeError } from './errors.js';
export { firmwareProject, type FirmwareProject } from './firmware/index.js';
export {
  fromLayersModel,
  readTfjsLayers,
  type FloatModel,
  type ReadOptions,
  type SavableModel,
} from './model/index.js';
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
export {
  parseQuantized,
  quantizeModel,
  serializeQuantized,
  trainModel,
  type QuantizedModel,
  type QuantizeOptions,
  type TrainOptions,
  type TrainResult,
} from './quantize/index.js';
export { readModelFile, type ReadModel } from './readers/index.js';
export {
  tableAccuracy,
  tablize,
  valueErrors,
  type TablizeOptions,
  type ValueErrors,
} from './tablize/index.js';
export {
  isExact,
  openJournal,
  verify,
  verifyBoards,
  type Answer,
  type BoardShare,
  type BoardsVerification,
  type Journal,
  type JournalHeader,
  type LinkUse,
  type Mismatch,
  type Recording,
  type Verification,
  type VerifyBoardsOptions,
  type VerifyOptions,
} from './verify/index.js';
export {
  quantizeTables,
  trainTables,
  type QuantizeTablesOptions,
  type Tables,
  type TrainTablesOptions,
} from './workflow/index.js';
