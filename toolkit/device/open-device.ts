import { readFile } from 'node:fs/promises';
import type { Board } from '../boards/board.js';
import { DeviceError, InputError } from '../errors.js';
import type { TableNetwork } from '../network/index.js';
import type { Device, Executor } from './device.js';
import { avr8Link, isAvrChip } from './emulators/avr8.js';
import type { EmulatedLink } from './emulators/emulated-link.js';
import { inInstructions } from './emulators/in-instructions.js';
import { qemuLink, type Qemu } from './emulators/qemu.js';
import { rp2040Link } from './emulators/rp2040.js';
import { hostLink } from './links/host-link.js';
import { openPort } from './links/open-port.js';
import { polledLink } from './links/polled-link.js';
import { serialDevice } from './serial-device.js';
import { EMULATOR_TIMING, PIPE_TIMING, QEMU_TIMING, serialTiming, SIMULATOR_TIMING } from './timing.js';

/** Paths of what a firmware build made. */
export interface FirmwareImage {
  /** The program itself, for the host. */
  readonly elf: string;
  /** Raw flash image, for an emulated microcontroller. */
  readonly bin: string | null;
}

/** A simulated FPGA: a program that speaks the protocol on its standard streams. */
export interface SimulatedDesign {
  readonly level: 'rtl' | 'netlist' | 'bitstream';
  /** The program and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** The folder that it must run in. */
  readonly folder: string;
  /** It asks for each byte (links/polled-link.ts), since it cannot read without waiting. */
  readonly polled: boolean;
}

export type Image = FirmwareImage | SimulatedDesign;

export interface OpenOptions {
  readonly board: Board;
  readonly network: TableNetwork;
  /** A serial port, such as `/dev/ttyACM0`, `tcp://host:port` or `rfc2217://host:port`: the board itself. Without it, the board's emulator runs `image`. */
  readonly port?: string;
  /** Speed of the port, when it is not that of the board's firmware. */
  readonly baud?: number;
  readonly image?: Image;
  readonly signal?: AbortSignal;
}

/** What `openDevice` would run on: a port, the board's emulator, a simulation of the level, or nothing. */
export function executorOf(
  board: Board,
  port: string | undefined,
  level: SimulatedDesign['level'] = 'rtl',
): Executor | null {
  if (port !== undefined) return 'serial';
  if (board.kind === 'fpga') return level;
  switch (board.emulator?.kind) {
    case undefined:
      return null;
    case 'host':
      return 'host';
    case 'rp2040js':
    case 'avr8js':
      return `emulator:${board.emulator.kind}`;
    case 'qemu':
      return 'qemu';
  }
}

/**
 * Opens the board on `port`, or emulates it. Throws InputError when it can be neither, DeviceError when it does
 * not answer as it should, ToolMissingError where its emulator is not installed.
 */
export async function openDevice(options: OpenOptions): Promise<Device> {
  const { board, network, port, image, signal } = options;
  const common = { network, board: board.id, ...(signal === undefined ? {} : { signal }) };
  if (port !== undefined) {
    const baud = options.baud ?? board.serial.baud;
    const link = await openPort(port, baud, board.serial.reset);
    return serialDevice(link, { ...common, executor: 'serial', timing: serialTiming(baud), where: port });
  }
  if (image !== undefined && 'level' in image) {
    const { level, argv, folder, polled } = image;
    const program = hostLink(argv[0], { args: argv.slice(1), folder });
    const link = polled ? polledLink(program) : program;
    return serialDevice(link, {
      ...common,
      executor: level,
      timing: SIMULATOR_TIMING,
      where: argv.join(' '),
    });
  }
  const executor = executorOf(board, port);
  if (executor === null || board.kind === 'fpga' || board.emulator === null) {
    throw new InputError(`the board "${board.id}" has no emulator`, {
      next: 'connect the board and give its port with --port',
    });
  }
  if (image === undefined) {
    throw new InputError(`no firmware image for the emulator of "${board.id}"`, { next: 'build it first' });
  }
  if (board.emulator.kind === 'host') {
    return serialDevice(hostLink(image.elf), { ...common, executor, timing: PIPE_TIMING, where: image.elf });
  }
  if (board.emulator.kind === 'qemu') return qemuDevice(board.emulator, image, { ...common, executor });
  const bin = await readImage(image);
  const link = isAvrChip(board.target) ? avr8Link({ bin, chip: board.target }) : rp2040Link({ bin });
  return emulatedDevice(link, { ...common, executor, where: image.bin ?? image.elf });
}

/** One request at a time, as on every emulated board; QEMU keeps no time of its own that the host could wait in. */
async function qemuDevice(
  qemu: Qemu,
  { elf }: FirmwareImage,
  options: Pick<Parameters<typeof serialDevice>[1], 'network' | 'board' | 'signal' | 'executor'>,
): Promise<Device> {
  const link = await qemuLink(qemu, elf, options.signal);
  const device = await serialDevice(link, { ...options, timing: QEMU_TIMING, window: 0, where: elf });
  return inInstructions(device, qemu);
}

/** One request at a time, so that no receive interrupt falls into the inference whose cycles are measured. */
function emulatedDevice(
  link: EmulatedLink,
  options: Pick<Parameters<typeof serialDevice>[1], 'network' | 'board' | 'signal' | 'executor' | 'where'>,
): Promise<Device> {
  return serialDevice(link, {
    ...options,
    timing: EMULATOR_TIMING,
    clock: link.clock,
    waited: () => link.ran(),
    window: 0,
  });
}

async function readImage({ bin }: FirmwareImage): Promise<Uint8Array> {
  if (bin === null) throw new InputError('the build made no flash image', { next: 'build it again' });
  try {
    return await readFile(bin);
  } catch (error) {
    throw new DeviceError('cannot read the flash image', {
      where: bin,
      next: 'build it again',
      cause: error,
    });
  }
}
