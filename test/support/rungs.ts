import { join } from 'node:path';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { openDevice, type Device } from '../../toolkit/device/index.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { executePlan, findToolchain, planFirmware } from '../../toolkit/plan/index.js';
import { temporaryFolder } from './temporary-folder.js';

/** One way to run a network on a device: a board without a port, built by a compiler. */
export interface Rung {
  readonly board: string;
  readonly compiler: 'gcc' | 'zig';
  /** What must be on the PATH; null for zig, which npm brings. */
  readonly tool: string | null;
}

export const RUNGS: readonly Rung[] = [
  { board: 'host', compiler: 'gcc', tool: 'cc' },
  { board: 'raspberry-pi-pico', compiler: 'gcc', tool: 'arm-none-eabi-gcc' },
  { board: 'arduino-uno', compiler: 'gcc', tool: 'avr-gcc' },
  { board: 'host', compiler: 'zig', tool: null },
  { board: 'raspberry-pi-pico', compiler: 'zig', tool: null },
  { board: 'arduino-uno', compiler: 'zig', tool: null },
];

/** A change of one rendered file, to plant a fault. */
export interface Tampering {
  readonly path: string;
  readonly change: (text: string) => string;
}

/** Builds the firmware of a network in a new folder; the paths of what came out. */
export async function buildRung(
  { board: id, compiler }: Rung,
  network: TableNetwork,
  tampering?: Tampering,
): Promise<{ elf: string; bin: string | null }> {
  const board = loadFirmwareBoard(id);
  const project = firmwareProject(network, board);
  const files = new Map(project.files);
  if (tampering !== undefined) {
    const before = files.get(tampering.path) ?? '';
    const after = tampering.change(before);
    if (after === before) throw new Error(`nothing changed in ${tampering.path}`);
    files.set(tampering.path, after);
  }
  const toolchain = await findToolchain(board.toolchain, { allowDownload: true, prefer: compiler });
  const folder = temporaryFolder('rung');
  const plan = planFirmware({ ...project, files }, board, toolchain);
  await executePlan(plan, folder);
  const { elf, bin } = plan.products;
  return { elf: join(folder, elf), bin: bin === null ? null : join(folder, bin) };
}

/** Builds, opens the emulated board, and closes it when `use` is done. */
export async function onRung<T>(
  rung: Rung,
  network: TableNetwork,
  use: (device: Device) => Promise<T>,
  tampering?: Tampering,
): Promise<T> {
  const image = await buildRung(rung, network, tampering);
  const device = await openDevice({ board: loadFirmwareBoard(rung.board), network, image });
  try {
    return await use(device);
  } finally {
    await device.close();
  }
}
