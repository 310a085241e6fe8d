import type { FirmwareBoard } from './board.js';

/** The board as its emulator has it: the same, but where a twin is built in its place, which is not flashed. */
export function asEmulated(board: FirmwareBoard): FirmwareBoard {
  const { emulator, memory } = board;
  if (emulator?.kind !== 'qemu' || emulator.twin === null || memory === null) return board;
  const { target, flashOrigin, ramOrigin } = emulator.twin;
  return {
    ...board,
    target,
    flash: { kind: 'none' },
    memory: {
      flash: { ...memory.flash, origin: flashOrigin },
      ram: { ...memory.ram, origin: ramOrigin },
    },
    emulator: { ...emulator, twin: null },
  };
}
