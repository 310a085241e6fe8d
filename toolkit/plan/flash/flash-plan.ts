import { join } from 'node:path';
import type { FirmwareBoard } from '../../boards/board.js';
import { InputError } from '../../errors.js';
import { describeCommand } from '../execute-plan.js';
import type { Command, Products } from '../build-plan.js';
import { safePath } from '../safe-path.js';
import type { UsbId } from './usb-devices.js';

/** How a board is flashed: pure data until `executeFlash`. */
export type FlashPlan =
  | {
      readonly kind: 'uf2-drive';
      readonly title: string;
      /** Path of the UF2 file. */
      readonly file: string;
      /** Name of the drive that the boot loader shows, such as RPI-RP2. */
      readonly volume: string;
      /** What to do for the drive to appear, as an imperative. */
      readonly enter: string;
      /** Where the drive is mounted; null: it is looked for. */
      readonly drive: string | null;
      /** Serial ports of programs that start the boot loader when they are opened at 1200 baud and closed. */
      readonly touch: readonly UsbId[];
    }
  | {
      readonly kind: 'avrdude';
      readonly title: string;
      /** Path of the Intel HEX file. */
      readonly file: string;
      readonly command: Command;
      /** Null when no port was named: the plan can be shown, but not carried out. */
      readonly port: string | null;
      /** The USB devices whose ports may be the board's. */
      readonly devices: readonly UsbId[];
    }
  | {
      readonly kind: 'wlink' | 'openocd' | 'dfu-util';
      readonly title: string;
      /** Path of the raw image, or of the Intel HEX file for openocd. */
      readonly file: string;
      readonly command: Command;
      /** The probe or boot loader on the USB; none where they are not known. */
      readonly devices: readonly UsbId[];
    };

/** A WCH-Link that debugs RISC-V; it goes by another id while it debugs ARM. */
const WCH_LINK: readonly UsbId[] = [{ vendor: '1a86', product: '8010' }];

/** What OpenOCD's interface/stlink.cfg looks for. */
const ST_LINK: readonly UsbId[] = '3744 3748 374b 374d 374e 374f 3752 3753 3754'
  .split(' ')
  .map((product) => ({ vendor: '0483', product }));

export interface FlashTarget {
  /** Serial port of the board. */
  readonly port?: string | undefined;
  /** Mounted drive of the board. */
  readonly drive?: string | undefined;
}

/** How the boot loaders of UF2 drives are called. */
const ENTER = {
  bootsel: 'unplug it, hold BOOTSEL while plugging it in again',
  'reset-twice': 'press its reset button twice within half a second',
} as const;

/** Stands for what is not known yet in the command lines that are shown. */
const UNKNOWN_PORT = '<port>';

/**
 * The plan for putting a build onto a board. Throws InputError for a board that is not flashed.
 *
 * @param folder the output folder that `products` are relative to
 */
export function planFlash(
  board: FirmwareBoard,
  products: Products,
  folder: string,
  target: FlashTarget = {},
): FlashPlan {
  switch (board.flash.kind) {
    case 'uf2-drive':
      return {
        kind: 'uf2-drive',
        title: board.title,
        file: join(folder, safePath(required(products.uf2, board, 'UF2 file'))),
        volume: board.flash.volume,
        enter: ENTER[board.flash.enter ?? 'bootsel'],
        drive: target.drive ?? null,
        touch: board.flash.touch ?? [],
      };
    case 'avrdude': {
      const { programmer, part, baud } = board.flash;
      const port = target.port ?? null;
      const hex = join(folder, safePath(required(products.hex, board, 'Intel HEX file')));
      return {
        kind: 'avrdude',
        title: board.title,
        file: hex,
        // -D: the boot loader erases page by page.
        command: command(board, [
          ...(['avrdude', '-p', part, '-c', programmer, '-P', port ?? UNKNOWN_PORT] as const),
          ...['-b', String(baud), '-D', '-U', `flash:w:${hex}:i`],
        ]),
        port,
        devices: board.serial.usb,
      };
    }
    case 'wlink': {
      const bin = join(folder, safePath(required(products.bin, board, 'raw image')));
      return {
        kind: 'wlink',
        title: board.title,
        file: bin,
        command: command(board, [
          'wlink',
          '--chip',
          board.flash.chip,
          'flash',
          '--address',
          flashOrigin(board),
          bin,
        ]),
        devices: WCH_LINK,
      };
    }
    case 'openocd': {
      const hex = join(folder, safePath(required(products.hex, board, 'Intel HEX file')));
      const config = board.flash.config.flatMap((file) => ['-f', file]);
      return {
        kind: 'openocd',
        title: board.title,
        file: hex,
        command: command(board, ['openocd', ...config, '-c', `program ${tclWord(hex)} verify reset exit`]),
        devices: probesOf(board.flash.config, board),
      };
    }
    case 'dfu-util': {
      const { vendor, product, alt } = board.flash;
      const bin = join(folder, safePath(required(products.bin, board, 'raw image')));
      const device = ['-d', `${vendor}:${product}`, '-a', String(alt)];
      return {
        kind: 'dfu-util',
        title: board.title,
        file: bin,
        // "leave": the boot loader starts what was written.
        command: command(board, ['dfu-util', ...device, '-s', `${flashOrigin(board)}:leave`, '-D', bin]),
        devices: [{ vendor, product }],
      };
    }
    case 'iceprog':
    case 'openfpgaloader':
    case 'tinyprog':
      throw new RangeError(`${board.id} takes a bitstream: planFpgaFlash`);
    case 'none':
      throw new InputError(`${board.title} is not flashed`, {
        next: 'run `tablize deploy` or `tablize emulate` on it instead',
      });
  }
}

/** The exact command lines of a plan, for showing. */
export function describeFlash(plan: FlashPlan): string[] {
  if (plan.kind !== 'uf2-drive') return [describeCommand(plan.command)];
  return [describeCommand({ argv: ['cp', plan.file, plan.drive ?? `<drive ${plan.volume}>`] })];
}

function command(board: FirmwareBoard, argv: Command['argv']): Command {
  return { title: `flash ${board.title}`, argv, env: { LC_ALL: 'C' }, timeoutSeconds: 120 };
}

function flashOrigin({ id, memory }: FirmwareBoard): string {
  if (memory === null) throw new RangeError(`${id} has no flash`);
  return `0x${memory.flash.origin.toString(16).padStart(8, '0')}`;
}

/** The probe on the USB; a CMSIS-DAP that is part of a board is its serial port too. */
function probesOf(config: readonly string[], { serial }: FirmwareBoard): readonly UsbId[] {
  if (config.includes('interface/stlink.cfg')) return ST_LINK;
  return config.includes('interface/cmsis-dap.cfg') ? serial.usb : [];
}

/** A path as one word of Tcl, the language of OpenOCD's commands. */
function tclWord(path: string): string {
  return path.replace(/[\\{}[\]$"; #]/g, '\\$&');
}

function required(product: string | null, board: FirmwareBoard, what: string): string {
  if (product === null) throw new RangeError(`the plan for ${board.id} makes no ${what}`);
  return product;
}
