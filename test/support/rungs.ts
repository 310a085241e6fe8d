import { join } from 'node:path';
import { asEmulated, loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { openDevice, type Device } from '../../toolkit/device/index.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import {
  executePlan,
  findToolchain,
  planFirmware,
  proveNoMultiply,
  requireNoMultiply,
} from '../../toolkit/plan/index.js';
import { temporaryFolder } from './temporary-folder.js';

/** One way to run a network on a device: a board without a port, built by a compiler. */
export interface Rung {
  readonly board: string;
  readonly compiler: 'gcc' | 'zig';
  /** What must be on the PATH; zig, which npm brings, need not. */
  readonly tools: readonly string[];
}

export const RUNGS: readonly Rung[] = [
  { board: 'host', compiler: 'gcc', tools: ['cc'] },
  { board: 'raspberry-pi-pico', compiler: 'gcc', tools: ['arm-none-eabi-gcc'] },
  { board: 'arduino-uno', compiler: 'gcc', tools: ['avr-gcc'] },
  { board: 'arduino-mega2560', compiler: 'gcc', tools: ['avr-gcc'] },
  { board: 'host', compiler: 'zig', tools: [] },
  { board: 'raspberry-pi-pico', compiler: 'zig', tools: [] },
  { board: 'arduino-uno', compiler: 'zig', tools: [] },
  { board: 'arduino-mega2560', compiler: 'zig', tools: [] },
];

const ARM = ['arm-none-eabi-gcc', 'qemu-system-arm'];
const RISCV = ['riscv64-unknown-elf-gcc', 'qemu-system-riscv32'];

/** Boards that QEMU emulates, one of each core and family; zig builds for the cores that are least like those above. */
export const QEMU_RUNGS: readonly Rung[] = [
  { board: 'microbit', compiler: 'gcc', tools: ARM },
  { board: 'mps2-an385', compiler: 'gcc', tools: ARM },
  { board: 'mps2-an386', compiler: 'gcc', tools: ARM },
  { board: 'mps2-an500', compiler: 'gcc', tools: ARM },
  { board: 'stm32vldiscovery', compiler: 'gcc', tools: ARM },
  { board: 'netduinoplus2', compiler: 'gcc', tools: ARM },
  { board: 'nucleo-f401re', compiler: 'gcc', tools: ARM },
  { board: 'hifive1-revb', compiler: 'gcc', tools: RISCV },
  { board: 'ch32v003', compiler: 'gcc', tools: RISCV },
  { board: 'mps2-an386', compiler: 'zig', tools: ['qemu-system-arm'] },
  { board: 'ch32v003', compiler: 'zig', tools: ['qemu-system-riscv32'] },
];

/** A change of one rendered file, to plant a fault. */
export interface Tampering {
  readonly path: string;
  readonly change: (text: string) => string;
}

/** Builds the firmware of a network in a new folder, without a multiplication; the paths of what came out. */
export async function buildRung(
  { board: id, compiler }: Rung,
  network: TableNetwork,
  tampering?: Tampering,
): Promise<{ elf: string; bin: string | null }> {
  const board = asEmulated(loadFirmwareBoard(id));
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
  requireNoMultiply(proveNoMultiply(plan.products, folder, board));
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
