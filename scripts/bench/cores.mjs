// The cores that a network is measured on: how it is compiled for each, and what emulates it.
import { loadBoard } from '../../dist/boards/index.js';
import { compilerFlags } from '../../dist/plan/compiler-flags.js';

/** @typedef {import('../../dist/boards/index.js').FirmwareBoard} FirmwareBoard */

/**
 * A machine without an operating system, as an emulator has it.
 *
 * @typedef {object} Core
 * @property {string} id
 * @property {string} title
 * @property {string} prefix - of the names of its compiler's programs
 * @property {readonly string[]} target - compiler flags of the core, as a board's are
 * @property {readonly string[]} peer - those of the 8-bit baseline, which may multiply
 * @property {readonly string[]} link - those that choose the compiler's library
 * @property {readonly string[]} compile - compiler flags of the inference code, as a board's are
 * @property {FirmwareBoard} board - what the C project is rendered for
 * @property {readonly string[]} sources - of the harness, in bare/
 * @property {string} sections - linker script, in bare/
 * @property {{ readonly flash: Region, readonly ram: Region }} memory
 * @property {{ readonly flash: number, readonly ram: number } | null} limits - bytes of the real part, where that is what is measured
 * @property {'qemu' | 'rp2040js' | 'avr8js'} emulator
 * @property {readonly string[]} command - of QEMU, without the image
 * @property {'instructions' | 'cycles'} unit
 * @property {number} perTick - instructions or cycles in a tick of the counter
 * @property {number} perRound - and in a round of the known loop
 * @property {number} budget - instructions or cycles after which no further picture is begun
 */

/** @typedef {{ readonly origin: number, readonly size: number }} Region */

const MEGABYTE = 2 ** 20;

/** A round of the known loop is two instructions; QEMU's clock goes on by 2^8 ns with each, and a tick of the timer is 40 ns. */
const ARM = {
  prefix: 'arm-none-eabi-',
  sources: ['start_arm.c', 'rounds_arm.c', 'port_mps2.c', 'pictures.S'],
  sections: 'sections.ld',
  memory: {
    flash: { origin: 0, size: 4 * MEGABYTE },
    ram: { origin: 0x20000000, size: 4 * MEGABYTE },
  },
  limits: null,
  emulator: /** @type {const} */ ('qemu'),
  unit: /** @type {const} */ ('instructions'),
  perTick: 40 / 256,
  perRound: 2,
  budget: 5e8,
};

const RISCV = {
  prefix: 'riscv64-unknown-elf-',
  sources: ['start_riscv.S', 'port_virt.c', 'pictures.S'],
  sections: 'sections.ld',
  memory: {
    flash: { origin: 0x80000000, size: 4 * MEGABYTE },
    ram: { origin: 0x80400000, size: 4 * MEGABYTE },
  },
  limits: null,
  emulator: /** @type {const} */ ('qemu'),
  unit: /** @type {const} */ ('instructions'),
  perTick: 1,
  perRound: 2,
  budget: 5e8,
};

/** @param {string} machine */
const qemuArm = (machine) => [
  ...['qemu-system-arm', '-M', machine, '-icount', 'shift=8'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
];

/** @param {string} cpu */
const qemuRiscv = (cpu) => [
  ...['qemu-system-riscv32', '-M', 'virt', '-bios', 'none', '-cpu', cpu, '-icount', 'shift=0'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
];

/** @param {string} id @returns {FirmwareBoard} */
function firmwareBoard(id) {
  const board = loadBoard(id);
  if (board.kind === 'fpga') throw new Error(`${id} is no microcontroller`);
  return board;
}

/** @param {FirmwareBoard} board */
const flagsOf = (board) => {
  const { compile, target } = compilerFlags(board, 'gcc', { linkerScript: 'own', entry: null });
  return { compile, target, peer: target, link: target };
};

/** A Cortex-M board's project for another core. @param {string} cpu */
function cortex(cpu) {
  const board = /** @type {FirmwareBoard} */ ({
    ...firmwareBoard('mps2-an385'),
    toolchain: { kind: 'arm', cpu },
  });
  return { ...ARM, board, ...flagsOf(board), peer: [`-mcpu=${cpu}`, '-mthumb'] };
}

/**
 * A RISC-V board's project and flags.
 *
 * @param {string} id
 * @param {string} mabi
 * @param {string} library - the instruction set whose library is linked; there is none for each
 */
function riscv(id, mabi, library) {
  const board = firmwareBoard(id);
  return { ...RISCV, board, ...flagsOf(board), link: [`-march=${library}`, `-mabi=${mabi}`] };
}

/** @returns {readonly Core[]} */
export function cores() {
  const [pico, uno] = [firmwareBoard('raspberry-pi-pico'), firmwareBoard('arduino-uno')];
  return [
    { id: 'm0', title: 'Cortex-M0', ...cortex('cortex-m0'), command: qemuArm('mps2-an385') },
    { id: 'm3', title: 'Cortex-M3', ...cortex('cortex-m3'), command: qemuArm('mps2-an385') },
    { id: 'm4', title: 'Cortex-M4', ...cortex('cortex-m4'), command: qemuArm('mps2-an386') },
    { id: 'm7', title: 'Cortex-M7', ...cortex('cortex-m7'), command: qemuArm('mps2-an500') },
    {
      id: 'rv32imac',
      title: 'RV32IMAC',
      ...riscv('hifive1-revb', 'ilp32', 'rv32imac'),
      command: qemuRiscv('rv32'),
    },
    {
      id: 'rv32ec',
      title: 'RV32EC, no multiplier',
      ...riscv('ch32v003', 'ilp32e', 'rv32e'),
      command: qemuRiscv('rv32,e=true,i=false,h=false,m=false,a=false,f=false,d=false'),
    },
    {
      ...ARM,
      id: 'rp2040',
      title: 'RP2040',
      board: pico,
      ...flagsOf(pico),
      sources: ['start_arm.c', 'rounds_arm.c', 'port_rp2040.c', 'pictures.S'],
      memory: {
        flash: { origin: 0x10000000, size: 2 * MEGABYTE },
        ram: { origin: 0x20000000, size: 0x42000 },
      },
      emulator: 'rp2040js',
      command: [],
      unit: 'cycles',
      perTick: 1,
      perRound: 3,
      budget: 1e8,
    },
    {
      id: 'atmega328p',
      title: 'ATmega328P',
      prefix: 'avr-',
      board: uno,
      ...flagsOf(uno),
      sources: ['start_avr.S', 'port_avr.c'],
      sections: 'sections_avr.ld',
      // More RAM than the part has, for the pictures and the harness.
      memory: { flash: { origin: 0, size: 0x8000 }, ram: { origin: 0x100, size: 0x2000 } },
      limits: { flash: 0x8000, ram: 0x800 },
      emulator: 'avr8js',
      command: [],
      unit: 'cycles',
      perTick: 1,
      perRound: 4,
      budget: 1e8,
    },
  ];
}
