export type { BuildPlan, Command, Products, Uf2Step } from './build-plan.js';
export { buildScript } from './build-script.js';
export { executePlan, describeCommand, type Executed, type ExecuteOptions } from './execute-plan.js';
export { writeFiles } from './output-folder.js';
export { planFirmware } from './plan-firmware.js';
export {
  findToolchain,
  installedToolchain,
  type CompilerKind,
  type FoundToolchain,
  type ToolchainOptions,
} from './toolchain.js';
