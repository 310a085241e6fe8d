import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { BAUD_TOLERANCE, achievedBaud } from '../../toolkit/boards/baud.js';
import { loadBoard, loadFirmwareBoard, parseBoard, withChanges } from '../../toolkit/boards/index.js';
import { InputError } from '../../toolkit/errors.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import { run, withProject } from '../firmware/host-build.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';

/** The text of a shipped board with one field, named like `memory.flash.origin`, changed. */
function changed(id: string, field: string, value: unknown): string {
  const board = JSON.parse(readFileSync(assetPath(`boards/${id}.json`), 'utf8')) as Record<string, unknown>;
  const names = field.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce((at, name) => at[name] as Record<string, unknown>, board);
  owner[last] = value;
  return JSON.stringify(board);
}

const PICO = 'raspberry-pi-pico';
const UNO = 'arduino-uno';
const SPI_FLASH = { pins: { clock: 'A1', select: 'A2', out: 'A3', in: 'A4' }, bytes: 2 ** 24, free: 2 ** 20 };

describe('a board file that contradicts itself', () => {
  it.each([
    [PICO, 'emulator.kind', 'host'],
    [PICO, 'emulator.kind', 'avr8js'],
    [UNO, 'emulator.kind', 'rp2040js'],
    ['host', 'emulator.kind', 'rp2040js'],
    [UNO, 'flash', { kind: 'uf2-drive', volume: 'RPI-RP2', family: 0 }],
    ['host', 'flash', { kind: 'uf2-drive', volume: 'RPI-RP2', family: 0 }],
    ['host', 'memory', { flash: { origin: 0, size: 2 ** 32 + 1 }, ram: { origin: 0, size: 1 } }],
    [PICO, 'memory.flash.origin', 0],
    [PICO, 'memory.flash.origin', 0x1000_0002],
    [PICO, 'memory.flash.origin', 0x1000_0000 + 2 ** 32],
    [PICO, 'memory.flash.size', 2 ** 21 + 1],
    [PICO, 'memory.flash.size', 2 ** 24 + 4],
    [PICO, 'memory.ram.origin', 0x1fff_fff8],
    [PICO, 'memory.ram.origin', 0x2000_0002],
    [PICO, 'memory.ram.origin', 0x2004_2000],
    [PICO, 'memory.ram.size', 270_337],
    [PICO, 'memory.ram.size', 270_344],
    [PICO, 'memory.ram.size', 2 ** 53 - 8],
    [UNO, 'memory.flash.origin', 2],
    [UNO, 'memory.flash.size', 32_257],
    [UNO, 'memory.flash.size', 32_770],
    [UNO, 'memory.ram.origin', 0],
    [UNO, 'memory.ram.size', 2049],
    ['arduino-mega2560', 'memory.flash.size', 65_538],
    ['arduino-mega2560', 'memory.ram.origin', 0x100],
    [UNO, 'serial.receiveBuffer', 512],
    [UNO, 'serial.baud', 2_500_000],
    [UNO, 'serial.baud', 300],
    [UNO, 'serial.baud', 1_400_000],
    [PICO, 'clockHz', 133_000_000],
    ['microbit', 'emulator.system', 'riscv32'],
    ['microbit', 'emulator', { kind: 'rp2040js' }],
    ['microbit', 'serial.pins.tx', 'pin 24'],
    ['microbit-v2', 'serial.pins.rx', 'P1.32'],
    ['microbit-v2', 'clockHz', 16_000_000],
    ['raspberry-pi-pico2', 'memory.ram.size', 0x8_2008],
    ['raspberry-pi-pico2', 'clockHz', 125_000_000],
    ['seeed-xiao-samd21', 'memory.flash.origin', 0],
    ['microbit', 'clockHz', 32_000_000],
    ['ch32v003', 'memory.flash.size', 16_388],
    ['ch32v003', 'flash', { kind: 'avrdude', programmer: 'x', part: 'x', baud: 1 }],
    ['nucleo-f401re', 'clockHz', 180_000_000],
    ['nucleo-f401re', 'clockHz', 84_500_000],
    ['nucleo-f401re', 'oscillator.hz', 32_768],
    ['nucleo-f401re', 'oscillator', undefined],
    ['nucleo-f401re', 'serial.peripheral', 'USART4'],
    ['nucleo-f401re', 'serial.pins.tx', 'PA9'],
    ['nucleo-f401re', 'serial.pins', null],
    ['stm32vldiscovery', 'clockHz', 20_000_000],
    ['stm32vldiscovery', 'serial.pins.rx', 'PB7'],
    ['stm32vldiscovery', 'serial.baud', 300],
    ['microbit', 'oscillator', { hz: 16_000_000, kind: 'crystal' }],
    ['icestick', 'flash', { kind: 'openocd', config: ['target/stm32f4x.cfg'] }],
    ['icestick', 'flash', { kind: 'wlink', chip: 'CH32V003' }],
    ['icebreaker', 'clockHz', 18_100_000],
    ['icebreaker', 'clockHz', 15_000_000],
    ['upduino3', 'clockHz', 18_000_000],
    ['ulx3s-25f', 'oscillator.pll', 'core'],
    ['icebreaker', 'spiFlash.pins.in', '35'],
    ['icebreaker', 'spiFlash.free', 65_536],
  ])('%s: %s %j is refused by the name of the field', (id, field, value) => {
    let error: unknown;
    try {
      parseBoard(changed(id, field, value), 'my.json');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(new RegExp(`^${field}`));
    expect(error).toMatchObject({ where: 'my.json', next: expect.stringContaining('field') as string });
  });

  it.each([
    ['icebreaker', 'spiFlash.free', 1_048_577, /^spiFlash\.free: /],
    ['icebreaker', 'spiFlash.free', 2 ** 24, /^spiFlash\.free: /],
    ['icebreaker', 'spiFlash.bytes', 1_048_576, /^spiFlash\.free: the memory has 1048576/],
    ['icebreaker', 'flash', { kind: 'tinyprog' }, /^spiFlash: tinyprog writes no data/],
    ['ulx3s-25f', 'spiFlash', SPI_FLASH, /^spiFlash: a design reads it on an iCE40 only/],
    ['microbit', 'emulator.machine', 'microbit -monitor stdio', /^emulator\.machine: /],
    [
      'nucleo-f401re',
      'flash',
      { kind: 'wlink', chip: 'CH32V003' },
      /takes "openocd" or "dfu-util" or "none"$/,
    ],
    ['ch32v003', 'emulator.twin.target', 'nrf51', /^emulator\.twin: toolchain\.kind: .* needs "arm"/],
    ['ch32v003', 'emulator.twin.flashOrigin', 0, /^emulator\.twin: memory\.flash\.origin: 0x0 is not/],
  ])('%s: %s %j is refused', (id, field, value, message) => {
    expect(() => parseBoard(changed(id, field, value), 'my.json')).toThrow(message);
  });

  it('names the baud rate where it is the clock that is too slow', () => {
    expect(() => parseBoard(changed(PICO, 'clockHz', 1_000_000), 'my.json')).toThrow(
      /^serial.baud: .* cannot/,
    );
    expect(() => parseBoard(changed(UNO, 'clockHz', 8_000_000), 'my.json')).toThrow(/111111, 3\.5 % off/);
  });

  it.each([
    [UNO, 'clockHz', 20_000_000],
    [UNO, 'serial.baud', 9600],
    [UNO, 'serial.baud', 1_000_000],
    [UNO, 'serial.baud', 2_000_000],
    ['nucleo-f401re', 'serial.pins.tx', 'PD5 (elsewhere)'],
    ['nucleo-f401re', 'clockHz', 48_000_000],
    ['stm32vldiscovery', 'clockHz', 72_000_000],
    ['microbit', 'flash', { kind: 'openocd', config: ['interface/cmsis-dap.cfg', 'target/nrf51.cfg'] }],
    [UNO, 'emulator', null],
    [UNO, 'flash', { kind: 'none' }],
    [PICO, 'serial.baud', 300],
    [PICO, 'serial.baud', 4_000_000],
    [PICO, 'memory.ram.origin', 0x2000_0000],
    [PICO, 'memory.flash.size', 2 ** 24],
  ])('but %s with %s %j is a board', (id, field, value) => {
    expect(parseBoard(changed(id, field, value), 'my.json').id).toBe(id);
  });
});

describe('another speed of the serial line', () => {
  it('is taken where the clock makes it, and refused where it does not', () => {
    expect(withChanges(loadBoard('upduino3'), { baud: 3_000_000 }).serial.baud).toBe(3_000_000);
    expect(withChanges(loadBoard(UNO), { baud: 250_000 }).serial.baud).toBe(250_000);
    expect(() => withChanges(loadBoard('upduino3'), { baud: 3_500_000 })).toThrow(/a bit must last 4 clocks/);
    expect(() => withChanges(loadBoard('icestick'), { baud: 1_000_000 })).toThrow(
      /a bit must last 32 clocks/,
    );
    expect(() => withChanges(loadBoard('upduino3'), { baud: 2_600_000 })).toThrow(/% off/);
  });
});

describe('the firmware of a baud rate', () => {
  const BAUDS = [
    100, 119, 120, 300, 9600, 57_600, 115_200, 250_000, 1_000_000, 1_400_000, 2_000_000, 2_500_000,
  ];
  const CLOCKS = [
    [PICO, 'arm-none-eabi-gcc', [125_000_000]],
    [UNO, 'avr-gcc', [1_000_000, 8_000_000, 16_000_000]],
    ['arduino-mega2560', 'avr-gcc', [16_000_000]],
    ['microbit', 'arm-none-eabi-gcc', [16_000_000]],
    ['microbit-v2', 'arm-none-eabi-gcc', [64_000_000]],
    ['raspberry-pi-pico2', 'arm-none-eabi-gcc', [150_000_000]],
    ['seeed-xiao-samd21', 'arm-none-eabi-gcc', [48_000_000]],
    ['mps2-an385', 'arm-none-eabi-gcc', [25_000_000]],
    ['stm32vldiscovery', 'arm-none-eabi-gcc', [24_000_000]],
    ['nucleo-f401re', 'arm-none-eabi-gcc', [84_000_000]],
    ['hifive1-revb', 'riscv64-unknown-elf-gcc', [16_000_000]],
    ['ch32v003', 'riscv64-unknown-elf-gcc', [48_000_000]],
  ] as const;

  for (const [id, compiler, clocks] of CLOCKS) {
    itWithTool(compiler, `${id}: the preprocessor refuses what the toolkit refuses`, () => {
      const board = loadFirmwareBoard(id);
      const fits = (clockHz: number, baud: number): boolean => {
        const achieved = achievedBaud(board.target, clockHz, baud);
        return achieved !== null && Math.abs(achieved / baud - 1) <= BAUD_TOLERANCE;
      };
      const builds = (clockHz: number, baud: number): boolean => {
        const project = firmwareProject(tinyNetwork(), {
          ...board,
          clockHz,
          serial: { ...board.serial, baud },
        });
        return withProject(project, (folder) => {
          try {
            const port = project.support.find((file) => /port\.c$/.test(file)) ?? '';
            const includes = project.includes.map((path) => `-I${path}`);
            run(folder, compiler, ['-E', '-ffreestanding', ...includes, port]);
            return true;
          } catch (error) {
            expect(String(error)).toMatch(/#error "the (clock cannot be divided|nearest baud rate)/);
            return false;
          }
        });
      };
      const cases = clocks.flatMap((clockHz) =>
        [...BAUDS, 7_812_500, 8_000_000].map((baud) => [clockHz, baud] as const),
      );
      const expected = cases.map(([clockHz, baud]) => `${clockHz} ${baud} ${fits(clockHz, baud)}`);
      expect(new Set(expected.map((line) => line.split(' ')[2])).size).toBe(2);
      expect(cases.map(([clockHz, baud]) => `${clockHz} ${baud} ${builds(clockHz, baud)}`)).toEqual(expected);
    });
  }
});
