import { isAbsolute } from 'node:path';
import type { Flash } from '../../boards/board.js';
import { InputError } from '../../errors.js';
import type { Command } from '../build-plan.js';
import { describeCommand } from '../execute-plan.js';
import type { Link } from './trouble.js';
import type { UsbId } from './usb-devices.js';

/** The ways of flashing that take a bitstream. */
export type FpgaFlash = Extract<Flash, { kind: 'iceprog' | 'openfpgaloader' | 'tinyprog' | 'dfu-util' }>;

/** What goes onto the board. */
export interface FpgaImage {
  /** The board's title. */
  readonly title: string;
  /** Absolute path of the packed bitstream. */
  readonly bitstream: string;
  /** More for the board's SPI flash, such as weights. */
  readonly data?: FlashData | null | undefined;
  /** The USB ids that the board's adapter shows, for errors. */
  readonly usb?: readonly UsbId[] | undefined;
}

export interface FlashData {
  /** Absolute path. */
  readonly path: string;
  /** Bytes from the start of the SPI flash. */
  readonly offset: number;
}

/** Which of several boards. */
export interface FpgaFlashTarget {
  /**
   * For iceprog a device string such as `d:001/005` or `i:0x0403:0x6010:1`, for openFPGALoader and dfu-util the USB serial
   * number, for tinyprog the serial port.
   */
  readonly device?: string | undefined;
}

/** How a bitstream gets onto a board: pure data until `executeFpgaFlash`. */
export interface FpgaFlashPlan {
  readonly kind: 'fpga';
  readonly flasher: FpgaFlash['kind'];
  readonly title: string;
  readonly bitstream: string;
  readonly data: FlashData | null;
  /** The bitstream must end before the data begins, for both lie in one memory, from its start on. */
  readonly together: boolean;
  readonly commands: readonly Command[];
  readonly link: Link;
}

/** What the flashers erase at once: data at another offset would take its neighbours with it. */
const BLOCK = 0x1_0000;

/** FT2232H and FT232H. */
const ICEPROG_LOOKS_FOR: readonly UsbId[] = [
  { vendor: '0403', product: '6010' },
  { vendor: '0403', product: '6014' },
];

/** Where the TinyFPGA boot loader has room for the user's data. */
export const TINYFPGA_USER_DATA = 0x5_0000;

/**
 * The plan for putting a bitstream onto a board, and data into its SPI flash. Throws InputError for a device that is no
 * device and for data that the flasher cannot write; RangeError for paths and offsets that no build makes.
 */
export function planFpgaFlash(
  flash: FpgaFlash,
  image: FpgaImage,
  { device }: FpgaFlashTarget = {},
): FpgaFlashPlan {
  const { title, bitstream } = image;
  const data = image.data ?? null;
  for (const path of [bitstream, ...(data === null ? [] : [data.path])]) {
    if (!isAbsolute(path)) throw new RangeError(`not an absolute path: ${path}`);
  }
  // Nothing that a tool could take for an option or for several words.
  if (device !== undefined && !/^[A-Za-z0-9/][\w:./-]*$/.test(device)) {
    throw new InputError(`this names no device: ${JSON.stringify(device)}`, {
      next: 'use letters, digits, and : . / - _',
    });
  }
  if (data !== null) checkOffset(flash.kind, title, data.offset);
  return {
    kind: 'fpga',
    flasher: flash.kind,
    title,
    bitstream,
    data,
    together: flash.kind === 'iceprog' || (flash.kind === 'openfpgaloader' && !bitstream.endsWith('.fs')),
    commands: commandsFor(flash, title, bitstream, data, device),
    link: linkOf(flash, image.usb, device),
  };
}

/** The exact command lines of a plan, for showing. */
export function describeFpgaFlash(plan: FpgaFlashPlan): string[] {
  return plan.commands.map(describeCommand);
}

function checkOffset(kind: FpgaFlash['kind'], title: string, offset: number): void {
  if (kind === 'dfu-util') {
    throw new InputError(`${title} takes no data beside its bitstream: dfu-util writes one image`, {
      next: 'choose an engine that keeps its weights in the bitstream',
    });
  }
  if (!Number.isInteger(offset) || offset < 0 || offset % BLOCK !== 0) {
    throw new RangeError(`the data's offset ${offset} is not a multiple of ${BLOCK}`);
  }
  if (kind === 'tinyprog' && offset !== TINYFPGA_USER_DATA) {
    throw new RangeError(`the boot loader keeps user data at ${TINYFPGA_USER_DATA}, not at ${offset}`);
  }
}

/** The data go first, so that the new bitstream never starts with the old ones. */
function commandsFor(
  flash: FpgaFlash,
  title: string,
  bitstream: string,
  data: FlashData | null,
  device: string | undefined,
): Command[] {
  const only = (option: string): string[] => (device === undefined ? [] : [option, device]);
  const command = (what: string, argv: Command['argv'], timeoutSeconds: number): Command => ({
    title: `write ${what} to ${title}`,
    argv,
    env: { LC_ALL: 'C' },
    timeoutSeconds,
  });
  const dataName = data === null ? '' : `data at 0x${data.offset.toString(16)}`;
  switch (flash.kind) {
    case 'iceprog': {
      const from = [...(flash.interface === undefined ? [] : ['-I', flash.interface]), ...only('-d')];
      return [
        ...(data === null
          ? []
          : [command(dataName, ['iceprog', ...from, '-o', String(data.offset), data.path], 900)]),
        command('the bitstream', ['iceprog', ...from, bitstream], 180),
      ];
    }
    case 'openfpgaloader': {
      const program = ['openFPGALoader', '-b', flash.board, ...only('--ftdi-serial'), '-f'] as const;
      return [
        ...(data === null
          ? []
          : [
              command(
                dataName,
                // The bitstream has a checksum that the chip itself looks at; the data have none.
                [
                  ...program,
                  '--external-flash',
                  '--verify',
                  '--file-type',
                  'bin',
                  '-o',
                  String(data.offset),
                  data.path,
                ],
                1800,
              ),
            ]),
        command('the bitstream', [...program, bitstream], 900),
      ];
    }
    case 'tinyprog':
      // One run: it leaves the boot loader at its end. Without -a it takes the places from the board itself.
      return [
        command(
          data === null ? 'the bitstream' : 'the bitstream and data',
          ['tinyprog', ...only('-c'), '-p', bitstream, ...(data === null ? [] : ['-u', data.path])],
          300,
        ),
      ];
    case 'dfu-util': {
      const { vendor, product, alt } = flash;
      return [
        command(
          'the bitstream',
          ['dfu-util', '-d', `${vendor}:${product}`, ...only('-S'), '-a', String(alt), '-D', bitstream, '-R'],
          300,
        ),
      ];
    }
  }
}

function linkOf(flash: FpgaFlash, usb: readonly UsbId[] = [], device: string | undefined): Link {
  switch (flash.kind) {
    case 'tinyprog':
      return { kind: 'port', port: device ?? null, devices: usb };
    case 'dfu-util':
      return { kind: 'usb', devices: [{ vendor: flash.vendor, product: flash.product }] };
    case 'iceprog':
      return { kind: 'usb', devices: usb.length === 0 ? ICEPROG_LOOKS_FOR : usb };
    case 'openfpgaloader':
      return { kind: 'usb', devices: usb };
  }
}
