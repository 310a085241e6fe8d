export type { BuildPlan, Command, ProductPaths, Products, Uf2Step } from './build-plan.js';
export { buildScript } from './build-script.js';
export { executePlan, describeCommand, type Executed, type ExecuteOptions } from './execute-plan.js';
export { attempt, writeFiles } from './output-folder.js';
export {
  lostMemories,
  multiplications,
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
  levelsOf,
  type FpgaTools,
  type Level,
  type Simulator,
} from './fpga-tools.js';
export { executeProof, type Counterexample, type ProofOptions, type Verdict } from './execute-proof.js';
export { findProofTools, type ProofTools } from './proof-tools.js';
export { planFirmware } from './plan-firmware.js';
export { FLASH_DATA, flashFiles, planPlacement, planSynthesis, type FpgaProducts } from './plan-fpga.js';
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
export { doctor, type DoctorOptions } from './doctor.js';
export { TOOL_GROUPS, type ToolGroup, type ToolReport } from './tool-report.js';
export { executeFlash } from './flash/execute-flash.js';
export type { FlashOptions } from './flash/run-flasher.js';
export { describeFlash, planFlash, type FlashPlan, type FlashTarget } from './flash/flash-plan.js';
export { executeFpgaFlash } from './flash/execute-fpga-flash.js';
export {
  describeFpgaFlash,
  planFpgaFlash,
  TINYFPGA_USER_DATA,
  type FlashData,
  type FpgaFlash,
  type FpgaFlashPlan,
  type FpgaFlashTarget,
  type FpgaImage,
} from './flash/fpga-flash.js';
