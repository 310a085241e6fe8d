import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asEmulated, type FirmwareBoard } from '../boards/index.js';
import { checkFit, firmwareProject, type FirmwareProject } from '../firmware/index.js';
import type { TableNetwork } from '../network/index.js';
import {
  buildScript,
  describeCommand,
  describeFlash,
  executeFlash,
  executePlan,
  findToolchain,
  measureSize,
  planFirmware,
  planFlash,
  proveNoMultiply,
  requireNoMultiply,
} from '../plan/index.js';
import type { Builder, Built, Goal, ToolChoice } from './builder.js';
import { flashAccess } from './flash-access.js';
import type { FlashTarget } from './flash-target.js';
import { kernelChanges, type KernelChoice } from './kernel-choice.js';
import { outFolder } from './out-folder.js';
import type { Run } from './run.js';

export interface FirmwareOptions extends KernelChoice {
  readonly out?: string;
  readonly toolchain?: ToolChoice;
}

/** C for a microcontroller, or for this computer. */
export function firmwareBuilder(
  board: FirmwareBoard,
  network: TableNetwork,
  options: FirmwareOptions,
): Builder {
  const folder = outFolder(board, network, options.out);
  return {
    folder,
    render: () => {
      const project = renderFirmware(board, network, options);
      return {
        files: new Map([...project.files, ['build.sh', buildScript(project, board)]]),
        next: 'build them with build.sh there',
      };
    },
    describe: (goal, target, run) =>
      describeBuild(builtFor(goal, board), network, { ...options, folder }, target, run),
    build: (goal, run) => build(builtFor(goal, board), network, { ...options, folder }, run),
  };
}

/** What is built for the emulator may be a twin of what is flashed. */
function builtFor(goal: Goal, board: FirmwareBoard): FirmwareBoard {
  return goal === 'emulate' ? asEmulated(board) : board;
}

function compilerOf(choice: ToolChoice | undefined): 'gcc' | 'zig' | undefined {
  return choice === 'native' ? 'gcc' : choice === 'npm' ? 'zig' : choice;
}

/** The C project of a network that fits the board. */
function renderFirmware(
  board: FirmwareBoard,
  network: TableNetwork,
  options: FirmwareOptions,
): FirmwareProject {
  const kernels = kernelChanges(options);
  checkFit(network, board, kernels);
  return firmwareProject(network, board, kernels);
}

interface Options extends FirmwareOptions {
  readonly folder: string;
}

async function describeBuild(
  board: FirmwareBoard,
  network: TableNetwork,
  options: Options,
  target: FlashTarget | null,
  { output }: Run,
): Promise<string[]> {
  const { toolchain, folder } = options;
  const project = renderFirmware(board, network, options);
  const found = await findToolchain(board.toolchain, { planOnly: true, prefer: compilerOf(toolchain) });
  output.progress(`${found.version}: ${found.why}`);
  const plan = planFirmware(project, board, found);
  const flash = target === null ? [] : describeFlash(planFlash(board, plan.products, folder, target));
  return [...plan.commands.map(describeCommand), ...flash];
}

/** Renders, compiles, measures, and proves that the inference code has no multiplication and no float. */
async function build(
  board: FirmwareBoard,
  network: TableNetwork,
  options: Options,
  { output, signal }: Run,
): Promise<Built> {
  const { toolchain: toolchainChoice, folder } = options;
  const project = renderFirmware(board, network, options);
  const toolchain = await findToolchain(board.toolchain, {
    allowDownload: true,
    prefer: compilerOf(toolchainChoice),
    progress: output.progress,
    signal,
  });
  const plan = planFirmware(project, board, toolchain);
  await executePlan(plan, folder, { progress: output.progress, signal });
  const { products } = plan;
  const { flash, ram } = measureSize(readFileSync(join(folder, products.elf)), board);
  const proof = proveNoMultiply(products, folder, board);
  requireNoMultiply(proof);
  output.line(`built ${board.id} firmware with ${toolchain.version} (${toolchain.why}): ${folder}`);
  return {
    folder,
    products: [products.elf, products.bin, products.hex, products.uf2]
      .filter((path) => path !== null)
      .map((path) => join(folder, path)),
    facts: {
      size: { flash, ram },
      multiplies: { inference: proof.multiplies.length, floats: proof.floats.length },
      toolchain: toolchain.version,
      fpga: null,
    },
    image: {
      elf: join(folder, products.elf),
      bin: products.bin === null ? null : join(folder, products.bin),
    },
    flash: (target, run) =>
      executeFlash(planFlash(board, products, folder, target), flashAccess(folder, run)),
  };
}
