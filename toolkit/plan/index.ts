export type { BuildPlan, Command, ProductPaths, Products, Uf2Step } from './build-plan.js';
export { buildScript } from './build-script.js';
export { executePlan, describeCommand, type Executed, type ExecuteOptions } from './execute-plan.js';
export { writeFiles } from './output-folder.js';
export {
  lostMemories,
  multiplyingOperators,
  readPlacement,
  readUtilization,
  requireFit,
  requireGoodNetlist,
  type Placed,
  type Utilization,
} from './fpga-report.js';
export {
  findFpgaTools,
  findSimulator,
  findUnpacker,
  LEVELS,
  type FpgaTools,
  type Level,
  type Simulator,
} from './fpga-tools.js';
export { planFirmware } from './plan-firmware.js';
export { planPlacement, planSynthesis, type FpgaProducts } from './plan-fpga.js';
export { planSimulation } from './plan-simulation.js';
export {
  findToolchain,
  installedToolchain,
  type CompilerKind,
  type FoundToolchain,
  type ToolchainOptions,
} from './toolchain.js';
export type { Architecture } from './assembly/architecture.js';
export { scanAssembly, type Finding, type Scan } from './assembly/scan.js';
export { readElf, type Elf, type ElfSymbol, type Section, type Segment } from './elf.js';
export { measureSize, type Size } from './measure-size.js';
export { proveNoMultiply, requireNoMultiply, type MultiplyProof } from './prove-no-multiply.js';
export { doctor, type DoctorOptions, type ToolReport } from './doctor.js';
export { executeFlash, type FlashOptions } from './execute-flash.js';
export { describeFlash, planFlash, type FlashPlan, type FlashTarget } from './flash-plan.js';
