import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Board } from '../boards/board.js';
import { checkFit, firmwareProject, type FirmwareProject } from '../firmware/index.js';
import type { TableNetwork } from '../network/index.js';
import {
  executePlan,
  findToolchain,
  measureSize,
  planFirmware,
  proveNoMultiply,
  requireNoMultiply,
  type BuildPlan,
  type FoundToolchain,
} from '../plan/index.js';
import type { Multiplies, Size } from '../report/deployment.js';
import type { Run } from './run.js';

export interface FirmwareOptions {
  readonly out?: string;
  readonly toolchain?: 'gcc' | 'zig';
}

/** A firmware that was built, measured and proved. */
export interface Firmware {
  readonly folder: string;
  readonly plan: BuildPlan;
  readonly toolchain: FoundToolchain;
  readonly size: Size;
  readonly multiplies: Multiplies;
}

/** Where a build goes unless `--out` says otherwise: build/<board>/<network> in the current folder. */
export function outFolder(board: Board, network: TableNetwork, out: string | undefined): string {
  return resolve(out ?? join('build', board.id, network.name));
}

/** The C project of a network that fits the board. */
export function renderFirmware(board: Board, network: TableNetwork): FirmwareProject {
  checkFit(network, board);
  return firmwareProject(network, board);
}

/** The plan as it would be carried out, for showing: nothing is fetched, written or run but a compiler's `--version`. */
export async function planDryRun(
  board: Board,
  network: TableNetwork,
  { toolchain }: FirmwareOptions,
  { output }: Run,
): Promise<BuildPlan> {
  const project = renderFirmware(board, network);
  const found = await findToolchain(board.toolchain, { planOnly: true, prefer: toolchain });
  output.progress(`${found.version}: ${found.why}`);
  return planFirmware(project, board, found);
}

/** Renders, compiles, measures, and proves that the inference code has no multiplication and no float. */
export async function buildFirmware(
  board: Board,
  network: TableNetwork,
  options: FirmwareOptions,
  run: Run,
): Promise<Firmware> {
  const project = renderFirmware(board, network);
  const toolchain = await findToolchain(board.toolchain, {
    allowDownload: true,
    prefer: options.toolchain,
    progress: run.output.progress,
    signal: run.signal,
  });
  const plan = planFirmware(project, board, toolchain);
  const folder = outFolder(board, network, options.out);
  await executePlan(plan, folder, { progress: run.output.progress, signal: run.signal });
  const { flash, ram } = measureSize(readFileSync(join(folder, plan.products.elf)), board);
  const proof = proveNoMultiply(plan.products, folder, board);
  requireNoMultiply(proof);
  const multiplies = { inference: proof.multiplies.length, floats: proof.floats.length };
  return { folder, plan, toolchain, size: { flash, ram }, multiplies };
}
