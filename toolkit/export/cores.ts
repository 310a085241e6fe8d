import { loadFirmwareBoard, type FirmwareBoard } from '../boards/index.js';
import type { CFormat } from './formats.js';

/** A kind of core that kernels are chosen for, and the shipped board that stands for it. */
interface Core {
  readonly title: string;
  readonly board: string;
}

export const CORES = {
  m0: { title: 'Cortex-M0', board: 'microbit' },
  m3: { title: 'Cortex-M3', board: 'mps2-an385' },
  m4: { title: 'Cortex-M4', board: 'mps2-an386' },
  m7: { title: 'Cortex-M7', board: 'mps2-an500' },
  rv32imac: { title: 'RV32IMAC', board: 'hifive1-revb' },
  rv32ec: { title: 'RV32EC', board: 'ch32v003' },
  avr: { title: 'AVR', board: 'arduino-uno' },
} as const satisfies Readonly<Record<string, Core>>;

export type CoreName = keyof typeof CORES;

export const CORE_NAMES = Object.keys(CORES) as readonly CoreName[];

/** The core that a library is made for where nothing is said: the commonest Arduino's, else the smallest of 32 bits. */
export function usualCore(format: CFormat): CoreName {
  return format === 'arduino' ? 'avr' : 'm0';
}

export function boardOfCore(core: CoreName): FirmwareBoard {
  return loadFirmwareBoard(CORES[core].board);
}
