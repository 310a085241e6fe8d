import { BAUD_TOLERANCE, LEAST_CLOCKS_PER_BIT, achievedBaud, clocksPerBit } from './baud.js';
import { asEmulated } from './as-emulated.js';
import type { Board, FirmwareBoard, FpgaBoard } from './board.js';
import { pllFor } from './pll.js';
import { wrongWiring } from './wiring.js';

/** Where a region may lie: from `start` to before `end`, in multiples of `align` bytes. */
interface Window {
  readonly start: number;
  readonly end: number;
  readonly align: number;
  /** Whether the region begins at the window's start, because the part begins to read there. */
  readonly fixed: boolean;
}

/** What the start-up code, linker script and port of a target demand of a board. */
interface Demands {
  readonly toolchain: FirmwareBoard['toolchain']['kind'];
  /** Ways of flashing, beside none. */
  readonly flash: readonly FirmwareBoard['flash']['kind'][];
  readonly emulator: NonNullable<FirmwareBoard['emulator']>['kind'];
  /** The one clock that the start-up code makes, in Hz; null where the board's crystal says. */
  readonly clockHz: number | null;
  readonly largestReceiveBuffer: number;
  readonly memory: { readonly flash: Window; readonly ram: Window };
}

const LEAST_RING = 32;

/** Bytes of a design's fifo: four block RAMs of an iCE40 and more are better spent on weights. */
const LARGEST_FIFO = 8192;

/** Bytes of the largest iCE40 bitstream (HX8K: 135,100), in blocks that are erased at once. */
const BITSTREAM_ROOM = 3 * 65_536;

const ANYWHERE: Window = { start: 0, end: 2 ** 32, align: 1, fixed: false };

/** RAM and flash of an STM32; no part has more. */
const STM32 = {
  toolchain: 'arm',
  flash: ['openocd', 'dfu-util'],
  emulator: 'qemu',
  clockHz: null,
  largestReceiveBuffer: 65_536,
  memory: {
    flash: { start: 0x0800_0000, end: 0x0820_0000, align: 4, fixed: true },
    ram: { start: 0x2000_0000, end: 0x2004_0000, align: 8, fixed: false },
  },
} as const satisfies Demands;

const DEMANDS: Readonly<Record<FirmwareBoard['target'], Demands>> = {
  host: {
    toolchain: 'host',
    flash: [],
    emulator: 'host',
    clockHz: null,
    largestReceiveBuffer: 65_536,
    memory: { flash: ANYWHERE, ram: ANYWHERE },
  },
  rp2040: {
    toolchain: 'arm',
    flash: ['uf2-drive'],
    emulator: 'rp2040js',
    clockHz: 125_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      // The boot ROM reads boot2 at the start of the flash; the stack, from the end of the RAM down, is aligned to 8.
      flash: { start: 0x1000_0000, end: 0x1100_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2004_2000, align: 8, fixed: false },
    },
  },
  atmega328p: {
    toolchain: 'avr',
    flash: ['avrdude'],
    emulator: 'avr8js',
    clockHz: null,
    largestReceiveBuffer: 256,
    memory: {
      flash: { start: 0, end: 0x8000, align: 2, fixed: true },
      ram: { start: 0x100, end: 0x900, align: 1, fixed: false },
    },
  },
  atmega2560: {
    toolchain: 'avr',
    flash: ['avrdude'],
    emulator: 'avr8js',
    clockHz: null,
    largestReceiveBuffer: 256,
    memory: {
      // Of 256 KB: constants are read by LPM, which reaches so far.
      flash: { start: 0, end: 0x1_0000, align: 2, fixed: true },
      ram: { start: 0x200, end: 0x2200, align: 1, fixed: false },
    },
  },
  nrf51: {
    toolchain: 'arm',
    flash: ['openocd'],
    emulator: 'qemu',
    clockHz: 16_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      flash: { start: 0, end: 0x4_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2000_8000, align: 8, fixed: false },
    },
  },
  mps2: {
    toolchain: 'arm',
    flash: [],
    emulator: 'qemu',
    clockHz: 25_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      flash: { start: 0, end: 0x40_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2040_0000, align: 8, fixed: false },
    },
  },
  fe310: {
    toolchain: 'riscv',
    flash: [],
    emulator: 'qemu',
    clockHz: 16_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      // The first 64 KB of the SPI flash are the boot loader's, which goes on behind them.
      flash: { start: 0x2001_0000, end: 0x4000_0000, align: 4, fixed: true },
      ram: { start: 0x8000_0000, end: 0x8000_4000, align: 16, fixed: false },
    },
  },
  ch32v003: {
    toolchain: 'riscv',
    flash: ['wlink'],
    emulator: 'qemu',
    clockHz: 48_000_000,
    largestReceiveBuffer: 1024,
    memory: {
      flash: { start: 0x0800_0000, end: 0x0800_4000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2000_0800, align: 4, fixed: false },
    },
  },
  rv32_virt: {
    toolchain: 'riscv',
    flash: [],
    emulator: 'qemu',
    clockHz: null,
    largestReceiveBuffer: 65_536,
    memory: {
      flash: { start: 0x8000_0000, end: 0x8800_0000, align: 4, fixed: true },
      ram: { start: 0x8000_0000, end: 0x8800_0000, align: 4, fixed: false },
    },
  },
  nrf52: {
    toolchain: 'arm',
    flash: ['openocd'],
    emulator: 'qemu',
    clockHz: 64_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      flash: { start: 0, end: 0x10_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2004_0000, align: 8, fixed: false },
    },
  },
  rp2350: {
    toolchain: 'arm',
    flash: ['uf2-drive'],
    emulator: 'qemu',
    clockHz: 150_000_000,
    largestReceiveBuffer: 65_536,
    memory: {
      flash: { start: 0x1000_0000, end: 0x1100_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2008_2000, align: 8, fixed: false },
    },
  },
  samd21: {
    toolchain: 'arm',
    flash: ['uf2-drive', 'openocd'],
    emulator: 'qemu',
    clockHz: 48_000_000,
    largestReceiveBuffer: 16_384,
    memory: {
      // The first 8 KB are the boot loader's.
      flash: { start: 0x2000, end: 0x4_0000, align: 4, fixed: true },
      ram: { start: 0x2000_0000, end: 0x2000_8000, align: 8, fixed: false },
    },
  },
  stm32f1: STM32,
  stm32f4: STM32,
};

/** The QEMU that runs what a kind of toolchain makes. */
const QEMU_SYSTEMS: Readonly<Partial<Record<FirmwareBoard['toolchain']['kind'], string>>> = {
  arm: 'arm',
  riscv: 'riscv32',
};

/** What a schema cannot say: fields that do not go together. The first one with its name, or null. */
export function contradiction(board: Board): string | null {
  return board.kind === 'fpga' ? inFpgaBoard(board) : inFirmwareBoard(board);
}

function inFpgaBoard(board: FpgaBoard): string | null {
  const { oscillator, clockHz, serial, flash, spiFlash, toolchain } = board;
  if (
    flash.kind === 'uf2-drive' ||
    flash.kind === 'avrdude' ||
    flash.kind === 'wlink' ||
    flash.kind === 'openocd'
  )
    return `flash.kind: "${flash.kind}" is for microcontrollers`;
  const pins = [
    ['oscillator.pin', oscillator.pin],
    ['serial.pins.tx', serial.pins.tx],
    ['serial.pins.rx', serial.pins.rx],
    ...Object.entries(spiFlash?.pins ?? {}).map(([name, pin]) => [`spiFlash.pins.${name}`, pin] as const),
  ] as const;
  const twice = pins.find(([, name], i) => pins.slice(0, i).some(([, other]) => other === name));
  if (twice !== undefined) return `${twice[0]}: the pin ${twice[1]} is used twice`;
  if (oscillator.pll !== null && toolchain.kind !== 'ice40')
    return `oscillator.pll: no PLL of this family is known: it must be null`;
  if (spiFlash !== null) {
    if (toolchain.kind !== 'ice40') return `spiFlash: a design reads it on an iCE40 only: it must be null`;
    if (flash.kind !== 'iceprog' && flash.kind !== 'openfpgaloader')
      return `spiFlash: ${flash.kind} writes no data beside the bitstream: it must be null`;
    if (spiFlash.free < BITSTREAM_ROOM)
      return `spiFlash.free: a bitstream takes up to ${BITSTREAM_ROOM} bytes`;
    if (spiFlash.free >= spiFlash.bytes) return `spiFlash.free: the memory has ${spiFlash.bytes} bytes`;
  }
  const wrongClock = unreachable(oscillator, clockHz);
  if (wrongClock !== null) return wrongClock;
  const perBit = clocksPerBit(clockHz, serial.baud);
  const least = LEAST_CLOCKS_PER_BIT[serial.receiveBuffer === 0 ? 'unbuffered' : 'buffered'];
  if (perBit < least)
    return `serial.baud: a bit must last ${least} clocks of the design or more; at ${clockHz} Hz the fastest line has ${Math.floor(clockHz / least)} baud`;
  if (serial.receiveBuffer === 0) return offBaud(clockHz, serial.baud, clockHz / perBit);
  return wrongReceiveBuffer(serial, LARGEST_FIFO) ?? offBaud(clockHz, serial.baud, clockHz / perBit);
}

/** Why a design cannot have this clock, in Hz; null when it can. */
function unreachable({ hz, pll }: FpgaBoard['oscillator'], clockHz: number): string | null {
  if (clockHz === hz || (pll !== null && pllFor(hz, clockHz) !== null)) return null;
  if (pll === null)
    return `clockHz: it is that of the oscillator, ${megahertz(hz)}, where the board file names no PLL`;
  const steps = Array.from({ length: 275 - 15 }, (_, i) => (16 + i) * 1e6);
  const nearest = steps
    .filter((step) => pllFor(hz, step) !== null)
    .sort((a, b) => Math.abs(a - clockHz) - Math.abs(b - clockHz))[0];
  const such = nearest === undefined ? '' : `, such as ${megahertz(nearest)}`;
  return `clockHz: the PLL does not make ${megahertz(clockHz)} of ${megahertz(hz)}: it makes multiples of it, divided by a power of two, from 16 MHz on${such}`;
}

const megahertz = (hz: number): string => `${hz / 1e6} MHz`;

function inFirmwareBoard(board: FirmwareBoard): string | null {
  const { target, toolchain, flash, emulator, memory, clockHz, serial } = board;
  const demands = DEMANDS[target];
  if (toolchain.kind !== demands.toolchain)
    return `toolchain.kind: the target "${target}" needs "${demands.toolchain}"`;
  if (flash.kind !== 'none' && !demands.flash.includes(flash.kind))
    return `flash.kind: the target "${target}" takes ${[...demands.flash, 'none'].map((kind) => `"${kind}"`).join(' or ')}`;
  if (emulator !== null && emulator.kind !== demands.emulator)
    return `emulator.kind: the target "${target}" takes "${demands.emulator}" or no emulator`;
  if (emulator?.kind === 'qemu' && emulator.system !== QEMU_SYSTEMS[demands.toolchain])
    return `emulator.system: the target "${target}" runs on "${QEMU_SYSTEMS[demands.toolchain] ?? 'none'}"`;
  const twin = asEmulated(board);
  if (twin !== board) {
    const problem = inFirmwareBoard(twin);
    if (problem !== null) return `emulator.twin: ${problem}`;
  }
  if (memory === null && target !== 'host') return 'memory: only the host may leave it out';
  return (
    (memory === null
      ? null
      : (outside('memory.flash', memory.flash, demands.memory.flash) ??
        outside('memory.ram', memory.ram, demands.memory.ram))) ??
    wrongReceiveBuffer(serial, demands.largestReceiveBuffer) ??
    wrongWiring(board) ??
    wrongBaud(board) ??
    (demands.clockHz === null || clockHz === demands.clockHz
      ? null
      : `clockHz: the target "${target}" runs at ${demands.clockHz}`)
  );
}

/** Why a region does not lie in its window, with the field's name; null when it does. */
function outside(
  field: string,
  { origin, size }: { readonly origin: number; readonly size: number },
  { start, end, align, fixed }: Window,
): string | null {
  if (fixed ? origin !== start : origin < start || origin >= end)
    return `${field}.origin: ${hex(origin)} is not ${fixed ? hex(start) : `in ${hex(start)} to ${hex(end - 1)}`}`;
  if (origin % align !== 0) return `${field}.origin: ${hex(origin)} is not a multiple of ${align}`;
  if (size > end - origin)
    return `${field}.size: ${size} bytes from ${hex(origin)} reach beyond ${hex(end - 1)}`;
  if (size % align !== 0) return `${field}.size: ${size} is not a multiple of ${align}`;
  return null;
}

const hex = (address: number): string => `0x${address.toString(16)}`;

function wrongReceiveBuffer(
  { receiveBuffer }: { readonly receiveBuffer: number },
  largest: number,
): string | null {
  if ((receiveBuffer & (receiveBuffer - 1)) !== 0)
    return `serial.receiveBuffer: ${receiveBuffer} is not a power of two`;
  if (receiveBuffer < LEAST_RING) return `serial.receiveBuffer: ${receiveBuffer} is less than ${LEAST_RING}`;
  return receiveBuffer > largest
    ? `serial.receiveBuffer: ${receiveBuffer} is more than the target's ${largest}`
    : null;
}

function wrongBaud({ target, clockHz, serial: { baud } }: FirmwareBoard): string | null {
  const achieved = achievedBaud(target, clockHz, baud);
  return achieved === null
    ? `serial.baud: a clock of ${clockHz} Hz cannot be divided to ${baud}`
    : offBaud(clockHz, baud, achieved);
}

function offBaud(clockHz: number, baud: number, achieved: number): string | null {
  const off = Math.abs(achieved / baud - 1);
  return off > BAUD_TOLERANCE
    ? `serial.baud: the nearest to ${baud} that a clock of ${clockHz} Hz makes is ${Math.round(achieved)}, ${(100 * off).toFixed(1)} % off`
    : null;
}
