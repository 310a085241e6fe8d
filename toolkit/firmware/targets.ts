import type { FirmwareBoard } from '../boards/index.js';

/** What lies in firmware-templates/targets/<target>. Code exists once per target; a board only parametrizes it. */
export interface Target {
  /** C and assembly sources to compile. */
  readonly sources: readonly string[];
  /** More of them, and their headers, from firmware-templates/targets/shared. */
  readonly shared: readonly string[];
  /** Files that belong to them without being compiled by themselves. */
  readonly others: readonly string[];
  /** Headers in firmware-templates/targets/shared that are printed for the board. */
  readonly printed: readonly string[];
  readonly linkerScript: string | null;
  readonly latency: { readonly code: number; readonly unit: string };
  /** Rough needs of test firmware, protocol and start-up: only a network that surely does not fit is refused. */
  readonly overhead: { readonly flash: number; readonly ram: number };
}

/** Start-up, cycle counter and receive ring of a Cortex-M. */
const CORTEX_M = ['cortex_m.h', 'cortex_m_startup.c', 'cycles.c', 'memory.c', 'ring.h'];

/** Start-up, cycle counter and serial line of an AVR. */
const AVR = ['avr.h', 'avr_port.c', 'avr_startup.S', 'memory.c'];

/** Start-up and receive ring of a RISC-V core. */
const RISCV = ['memory.c', 'ring.h', 'riscv.h', 'riscv_startup.S'];

/** On top of the Cortex-M's: clock and serial line of Nordic's and Raspberry Pi's chips. */
const NRF = [...CORTEX_M, 'nrf.h', 'nrf_port.c'];
const RP2 = [...CORTEX_M, 'rp2.h', 'rp2_port.c'];

/** On top of the Cortex-M's: serial line of an STM32. */
const STM32 = [...CORTEX_M, 'stm32.h', 'stm32_port.c'];

const CYCLES = { code: 1, unit: 'CPU cycles' };

export const TARGETS: Readonly<Record<FirmwareBoard['target'], Target>> = {
  host: {
    sources: ['port.c'],
    shared: [],
    others: [],
    printed: [],
    linkerScript: null,
    latency: { code: 4, unit: 'nanoseconds' },
    overhead: { flash: 0, ram: 0 },
  },
  rp2040: {
    sources: ['boot2.c'],
    shared: RP2,
    others: ['boot2.S', 'registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  atmega328p: {
    sources: ['vectors.S'],
    shared: AVR,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 200 },
  },
  atmega2560: {
    sources: ['vectors.S'],
    shared: AVR,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2600, ram: 200 },
  },
  nrf51: {
    sources: [],
    shared: NRF,
    others: ['registers.h'],
    printed: ['wiring.h'],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  mps2: {
    sources: ['port.c'],
    shared: CORTEX_M,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  fe310: {
    sources: ['port.c'],
    shared: RISCV,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 1024 },
  },
  ch32v003: {
    sources: ['port.c', 'vectors.S'],
    shared: RISCV,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 460 },
  },
  rv32_virt: {
    sources: ['port.c'],
    shared: RISCV,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: { code: 2, unit: 'instructions' },
    overhead: { flash: 2500, ram: 460 },
  },
  stm32f1: {
    sources: ['clock.c'],
    shared: STM32,
    others: ['registers.h'],
    printed: ['wiring.h'],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 1024 },
  },
  stm32f4: {
    sources: ['clock.c'],
    shared: STM32,
    others: ['registers.h'],
    printed: ['wiring.h'],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  nrf52: {
    sources: [],
    shared: NRF,
    others: ['registers.h'],
    printed: ['wiring.h'],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  rp2350: {
    sources: ['image_def.c'],
    shared: RP2,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
  samd21: {
    sources: ['port.c'],
    shared: CORTEX_M,
    others: ['registers.h'],
    printed: [],
    linkerScript: 'link.ld',
    latency: CYCLES,
    overhead: { flash: 2500, ram: 2048 },
  },
};
