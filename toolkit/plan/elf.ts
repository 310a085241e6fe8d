import { InputError } from '../errors.js';

/** A loadable part of an ELF file. */
export interface Segment {
  readonly virtualAddress: number;
  /** Where its bytes are kept: in flash, also for what is copied to RAM at start. */
  readonly physicalAddress: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

export interface Section {
  readonly name: string;
  readonly address: number;
  /** Bytes. */
  readonly size: number;
  /** Takes memory when the program runs. */
  readonly allocated: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Has bytes in the file; false for what is only zeroed at start. */
  readonly stored: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly kind: 'object' | 'function' | 'other';
}

export interface Elf {
  readonly bits: 32 | 64;
  /** e_machine: 40 ARM, 62 x86-64, 83 AVR, 183 AArch64, 243 RISC-V. */
  readonly machine: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  readonly symbols: readonly ElfSymbol[];
  /** Bytes of all sections that are stored and allocated: code, constants, initial values. */
  readonly flashBytes: number;
  /** Bytes of all writable sections: initialized and zeroed variables, no stack. */
  readonly ramBytes: number;
}

const SHT = { symbols: 2, nobits: 8 } as const;
const SHF = { write: 1n, alloc: 2n, execute: 4n } as const;
const PT_LOAD = 1;
/** More headers than any real file of a microcontroller or of a small program has. */
const LIMIT = 65_536;

/**
 * Reads the headers of an ELF file, 32 or 64 bits, little-endian (System V ABI, chapters 4 and 5).
 * Throws InputError for anything else and for a damaged file.
 */
export function readElf(bytes: Uint8Array): Elf {
  if (!isElf(bytes)) throw damaged('it does not start with the ELF magic number');
  const wide = bytes[4] === 2;
  if (!wide && bytes[4] !== 1) throw damaged('it is neither a 32-bit nor a 64-bit file');
  if (bytes[5] !== 1) throw damaged('it is not little-endian');
  const at = reader(bytes, wide);
  const sectionRows = rows(at, wide ? 0x28 : 0x20, wide ? 0x3a : 0x2e, wide ? 64 : 40);
  const raw = sectionRows.map((offset) => rawSection(at, offset, wide));
  const names = raw[at.u16(wide ? 0x3e : 0x32)];
  const sections = raw.map((section) => ({
    name: names === undefined ? '' : at.text(names, section.nameOffset),
    address: section.address,
    size: section.size,
    allocated: (section.flags & SHF.alloc) !== 0n,
    writable: (section.flags & SHF.write) !== 0n,
    executable: (section.flags & SHF.execute) !== 0n,
    stored: section.type !== SHT.nobits,
  }));
  const sum = (parts: readonly Section[]): number => parts.reduce((total, { size }) => total + size, 0);
  return {
    bits: wide ? 64 : 32,
    machine: at.u16(18),
    segments: rows(at, wide ? 0x20 : 0x1c, wide ? 0x36 : 0x2a, wide ? 56 : 32)
      .filter((offset) => at.u32(offset) === PT_LOAD)
      .map((offset) => segment(at, offset, wide)),
    sections,
    symbols: symbols(at, raw, wide),
    flashBytes: sum(sections.filter(({ allocated, stored }) => allocated && stored)),
    ramBytes: sum(sections.filter(({ allocated, writable }) => allocated && writable)),
  };
}

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length > 5 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function damaged(why: string): InputError {
  return new InputError(`not an ELF file that can be read: ${why}`, { next: 'build the firmware anew' });
}

interface RawSection {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: bigint;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

type Reader = ReturnType<typeof reader>;

function reader(bytes: Uint8Array, wide: boolean) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const within = (offset: number, size: number): number => {
    if (offset < 0 || offset + size > bytes.length) throw damaged('it is cut off or damaged');
    return offset;
  };
  const u32 = (offset: number): number => view.getUint32(within(offset, 4), true);
  const u64 = (offset: number): number => Number(view.getBigUint64(within(offset, 8), true));
  return {
    u8: (offset: number): number => view.getUint8(within(offset, 1)),
    u16: (offset: number): number => view.getUint16(within(offset, 2), true),
    u32,
    /** An address, offset or size of the file's width. */
    word: wide ? u64 : u32,
    /** The zero-terminated string at an offset of a string table. */
    text(table: RawSection, offset: number): string {
      const start = within(table.offset + offset, 0);
      const end = bytes.indexOf(0, start);
      if (end < 0) throw damaged('a name in it has no end');
      return new TextDecoder('latin1').decode(bytes.subarray(start, end));
    },
    within,
  };
}

/** Offsets of the rows of a header table; the ELF header holds its offset, and its row size and count. */
function rows(at: Reader, offsetField: number, sizeField: number, smallest: number): number[] {
  const table = at.word(offsetField);
  const size = at.u16(sizeField);
  const count = at.u16(sizeField + 2);
  if (count === 0) return [];
  if (size < smallest || count > LIMIT) throw damaged('its header tables make no sense');
  at.within(table, size * count);
  return Array.from({ length: count }, (_, i) => table + i * size);
}

function rawSection(at: Reader, offset: number, wide: boolean): RawSection {
  const word = wide ? 8 : 4;
  return {
    nameOffset: at.u32(offset),
    type: at.u32(offset + 4),
    flags: BigInt(at.word(offset + 8)),
    address: at.word(offset + 8 + word),
    offset: at.word(offset + 8 + 2 * word),
    size: at.word(offset + 8 + 3 * word),
    link: at.u32(offset + 8 + 4 * word),
    entrySize: at.word(offset + 16 + 5 * word),
  };
}

function segment(at: Reader, offset: number, wide: boolean): Segment {
  const word = wide ? 8 : 4;
  // The 64-bit header has its flags before the offset.
  const first = offset + (wide ? 16 : 8);
  return {
    virtualAddress: at.word(first),
    physicalAddress: at.word(first + word),
    fileSize: at.word(first + 2 * word),
    memorySize: at.word(first + 3 * word),
  };
}

function symbols(at: Reader, sections: readonly RawSection[], wide: boolean): ElfSymbol[] {
  const table = sections.find(({ type }) => type === SHT.symbols);
  if (table === undefined || table.size === 0) return [];
  const names = sections[table.link];
  const row = wide ? 24 : 16;
  if (names === undefined || table.entrySize !== row) throw damaged('its symbol table makes no sense');
  at.within(table.offset, table.size);
  return Array.from({ length: Math.floor(table.size / row) }, (_, i) => {
    const offset = table.offset + i * row;
    const type = at.u8(offset + (wide ? 4 : 12)) & 15;
    return {
      name: at.text(names, at.u32(offset)),
      value: at.word(offset + (wide ? 8 : 4)),
      size: at.word(offset + (wide ? 16 : 8)),
      kind: type === 1 ? 'object' : type === 2 ? 'function' : 'other',
    } as const;
  });
}
