import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firmwareBoardSchema, type FirmwareBoard } from '../../toolkit/boards/board.js';
import type { FirmwareProject } from '../../toolkit/firmware/project.js';

/** Boards of each toolchain, as small as the schema allows. */
const common = {
  $schema: './board.schema.json',
  part: 'test',
  clockHz: 1_000_000,
  serial: { peripheral: 'none', baud: 115_200, pins: null, receiveBuffer: 64, usb: [] },
  emulator: null,
  links: [],
};

export const BOARDS = {
  host: firmwareBoardSchema.parse({
    ...common,
    id: 'tiny-host',
    title: 'Tiny host',
    kind: 'host',
    target: 'host',
    memory: null,
    toolchain: { kind: 'host' },
    flash: { kind: 'none' },
  }),
  arm: firmwareBoardSchema.parse({
    ...common,
    id: 'tiny-arm',
    title: 'Tiny ARM',
    kind: 'microcontroller',
    target: 'rp2040',
    memory: { flash: { origin: 0x1000_0000, size: 0x2000 }, ram: { origin: 0x2000_0000, size: 0x1000 } },
    toolchain: { kind: 'arm', cpu: 'cortex-m0plus' },
    flash: { kind: 'uf2-drive', volume: 'RPI-RP2', family: 0xe48b_ff56 },
  }),
  avr: firmwareBoardSchema.parse({
    ...common,
    id: 'tiny-avr',
    title: 'Tiny AVR',
    kind: 'microcontroller',
    target: 'atmega328p',
    memory: { flash: { origin: 0, size: 32_256 }, ram: { origin: 0x100, size: 2048 } },
    toolchain: { kind: 'avr', mcu: 'atmega328p' },
    flash: { kind: 'avrdude', programmer: 'arduino', part: 'atmega328p', baud: 115_200 },
  }),
  riscv: firmwareBoardSchema.parse({
    ...common,
    id: 'tiny-riscv',
    title: 'Tiny RISC-V',
    kind: 'microcontroller',
    target: 'rv32_virt',
    memory: { flash: { origin: 0x8000_0000, size: 0x2000 }, ram: { origin: 0x8010_0000, size: 0x1000 } },
    toolchain: { kind: 'riscv', isa: 'rv32ec' },
    flash: { kind: 'none' },
  }),
} as const satisfies Record<string, FirmwareBoard>;

const HEADER = `#include <stdint.h>
int32_t tiny_sum(const uint8_t *cells, uint8_t count);
`;

/** Lookups and additions only; the sum of a three-cell picture of ones is 6. */
const NETWORK = `#include "network.h"
static const int16_t products[4] = { 0, 2, 4, 300 };
int32_t tiny_sum(const uint8_t *cells, uint8_t count)
{
  int32_t sum = 0;
  for (uint8_t i = 0; i < count; i++) {
    sum += products[cells[i] & 3];
  }
  return sum;
}
`;

const MAIN_BARE = `#include "network.h"
volatile uint8_t picture[3] = { 1, 1, 1 };
volatile int32_t result;
int main(void);
int main(void)
{
  uint8_t cells[3];
  for (uint8_t i = 0; i < 3; i++) {
    cells[i] = picture[i];
  }
  result = tiny_sum(cells, 3);
  for (;;) {
  }
}
`;

const MAIN_HOST = `#include "network.h"
int main(void)
{
  static const uint8_t cells[3] = { 1, 1, 1 };
  return (int)tiny_sum(cells, 3);
}
`;

const ARM_STARTUP = `#include <stdint.h>
extern uint32_t stack_top[];
int main(void);
void Reset_Handler(void);
typedef void (*handler_t)(void);
__attribute__((section(".vectors"), used)) static const struct { uint32_t *stack; handler_t reset; } vectors = {
  stack_top, Reset_Handler
};
void Reset_Handler(void)
{
  (void)main();
}
`;

const AVR_STARTUP = `  .section .vectors, "ax", @progbits
  jmp Reset_Handler
  .text
  .global __do_copy_data
  .global __do_clear_bss
__do_copy_data:
__do_clear_bss:
  .global Reset_Handler
Reset_Handler:
  clr r1
  call main
1: rjmp 1b
`;

const RISCV_STARTUP = `  .section .vectors, "ax", @progbits
  .global Reset_Handler
Reset_Handler:
  la sp, stack_top
  call main
1: j 1b
`;

const script = (flash: string, ram: string): string => `ENTRY(Reset_Handler)
MEMORY
{
  flash (rx) : ORIGIN = ${flash}
  ram (rw) : ORIGIN = ${ram}
}
SECTIONS
{
  .text : { KEEP(*(.vectors)) *(.text .text.*) *(.rodata.keep) . = ALIGN(4); } > flash
  .data : { *(.data .data.*) *(.rodata .rodata.*) . = ALIGN(4); } > ram AT > flash
  .bss (NOLOAD) : { *(.bss .bss.* COMMON) . = ALIGN(4); } > ram
  stack_top = ORIGIN(ram) + LENGTH(ram);
  /DISCARD/ : { *(.ARM.exidx* .ARM.extab*) }
}
`;

type Kind = keyof typeof BOARDS;

/** A project of a few lines for each toolchain. `network` replaces the inference code. */
export function tinyProject(kind: Kind, network: string = NETWORK): FirmwareProject {
  const files = new Map([
    ['network/network.h', HEADER],
    ['network/network.c', network],
    ['firmware/main.c', kind === 'host' ? MAIN_HOST : MAIN_BARE],
  ]);
  const support = ['firmware/main.c'];
  if (kind === 'arm') {
    files.set('target/startup.c', ARM_STARTUP);
    files.set('target/link.ld', script('0x10000000, LENGTH = 8K', '0x20000000, LENGTH = 4K'));
    support.push('target/startup.c');
  }
  if (kind === 'riscv') {
    files.set('target/startup.S', RISCV_STARTUP);
    files.set('target/link.ld', script('0x80000000, LENGTH = 8K', '0x80100000, LENGTH = 4K'));
    support.push('target/startup.S');
  }
  if (kind === 'avr') {
    files.set('target/startup.S', AVR_STARTUP);
    files.set('target/link.ld', script('0, LENGTH = 32256', '0x800100, LENGTH = 2048'));
    support.push('target/startup.S');
  }
  return {
    files,
    inference: ['network/network.c'],
    support,
    includes: ['network'],
    linkerScript: kind === 'host' ? null : 'target/link.ld',
  };
}

/** A folder for one test, and the function that removes it. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tablize-plan-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
