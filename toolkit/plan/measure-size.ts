import type { FirmwareBoard } from '../boards/board.js';
import { BuildError } from '../errors.js';
import { isElf, readElf, type Elf, type Section } from './elf.js';

/** What a firmware takes of a board. */
export interface Size {
  /** Bytes of flash: code, constants and the initial values of variables. On the host, code and constants. */
  readonly flash: number;
  /** Bytes of RAM for variables; the stack comes on top. */
  readonly ram: number;
  /** What was measured: a flash image, the sections of a host program, or, where it is no ELF file, its length. */
  readonly of: 'image' | 'program' | 'file';
}

/** In ELF files of AVR, data addresses are apart from those of the program. */
const AVR_DATA = 0x80_0000;

/**
 * Measures a linked firmware. Throws BuildError with the numbers when it does not fit into the board's memory,
 * InputError when the file is damaged.
 */
export function measureSize(bytes: Uint8Array, board: FirmwareBoard): Size {
  const { memory } = board;
  if (memory === null) {
    if (!isElf(bytes)) return { flash: bytes.length, ram: 0, of: 'file' };
    const elf = readElf(bytes);
    const constant = elf.sections.filter(
      ({ allocated, stored, writable }) => allocated && stored && !writable,
    );
    return { flash: total(constant), ram: elf.ramBytes, of: 'program' };
  }
  const elf = readElf(bytes);
  const ramStart = memory.ram.origin + (board.toolchain.kind === 'avr' ? AVR_DATA : 0);
  const inRam = elf.sections.filter(
    ({ allocated, address }) => allocated && address >= ramStart && address < ramStart + memory.ram.size,
  );
  const size = { flash: elf.flashBytes, ram: total(inRam), of: 'image' } as const;
  // Gaps between sections take room too.
  fits('flash', Math.max(size.flash, flashEnd(elf) - memory.flash.origin), memory.flash.size, board);
  fits('RAM', Math.max(size.ram, elf.ramBytes), memory.ram.size, board);
  return size;
}

function total(sections: readonly Section[]): number {
  return sections.reduce((sum, { size }) => sum + size, 0);
}

function flashEnd(elf: Elf): number {
  return elf.segments
    .filter(({ fileSize }) => fileSize > 0)
    .reduce((end, { physicalAddress, fileSize }) => Math.max(end, physicalAddress + fileSize), 0);
}

function fits(what: string, needed: number, available: number, board: FirmwareBoard): void {
  if (needed <= available) return;
  throw new BuildError(`the firmware needs ${needed} bytes of ${what}, but ${board.title} has ${available}`, {
    next: 'take a smaller network or a board with more memory (`tablize boards`)',
  });
}
