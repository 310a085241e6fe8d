import type { Board } from '../boards/index.js';
import { parseRemotePort } from '../device/index.js';
import { InputError } from '../errors.js';

/** Where the user says that the board is. */
export interface FlashTarget {
  readonly port?: string | undefined;
  readonly drive?: string | undefined;
  /** Which of several USB adapters, by the name that the flasher has for it. */
  readonly device?: string | undefined;
}

/**
 * Refuses, before anything is built, what cannot be flashed: a board that is not, a port of another machine, an option that the
 * board's way of flashing does not use. Throws InputError.
 */
export function checkFlashTarget(board: Board, { port, drive, device }: FlashTarget): void {
  if (device !== undefined && board.kind !== 'fpga') {
    throw new InputError(`--device names the USB adapter of an FPGA, and ${board.title} has none`, {
      next: 'leave --device out',
    });
  }
  switch (board.flash.kind) {
    case 'none':
      throw new InputError(`${board.title} is not flashed`, {
        next: 'leave --port out, or use `tablize verify --port` for a program that runs already',
      });
    case 'uf2-drive':
      return;
    case 'wlink':
    case 'openocd':
    case 'iceprog':
    case 'openfpgaloader':
    case 'tinyprog':
    case 'dfu-util':
      if (drive !== undefined) {
        throw new InputError(`${board.title} has no drive: it is flashed by ${board.flash.kind}`, {
          next: 'leave --drive out',
        });
      }
      return;
    case 'avrdude':
      if (drive !== undefined) {
        throw new InputError(`${board.title} has no drive: it is flashed through its serial port`, {
          next: 'leave --drive out',
        });
      }
      if (port !== undefined && parseRemotePort(port) !== null) {
        throw new InputError(`${board.title} is flashed by avrdude, which needs a port of this machine`, {
          where: port,
          next: 'flash it with `tablize flash` on the machine that has it, then use `tablize verify --port` from here',
        });
      }
  }
}
