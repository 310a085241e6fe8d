import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listFirmwareBoards, wiringOf, type FirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import { run, withProject } from '../firmware/host-build.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';

/*
 * QEMU has no clock tree of an STM32: what the start-up code writes there runs here, on this computer, against registers that get
 * ready as the chip's do, and is judged by the rules of the reference manuals.
 */

const FAKE = join(import.meta.dirname, 'fake_stm32');

/** What clock_init() said, and every register that it and pins_init() left, by address. */
interface Start {
  readonly runs: boolean;
  readonly register: (address: number) => number;
}

function start(board: FirmwareBoard, ...options: readonly string[]): Start {
  return withProject(firmwareProject(tinyNetwork(), board), (folder) => {
    const includes = ['firmware', 'network', 'target'].map((path) => `-I${path}`);
    const sources = ['target/clock.c', join(FAKE, 'chip.c')];
    // "" finds a header beside its source first: this one must not.
    run(folder, 'mv', ['target/cortex_m.h', 'target/cortex_m_real.h']);
    run(folder, 'cc', ['-std=c99', '-Wall', `-I${FAKE}`, ...includes, ...sources, '-o', 'chip']);
    const [said = '', ...lines] = run(folder, './chip', options).trim().split('\n');
    const registers = new Map(lines.map((line) => line.split(' ').map(Number) as [number, number]));
    return { runs: said === '1', register: (address) => registers.get(address) ?? 0 };
  });
}

const bits = (value: number, from: number, count: number): number => (value >>> from) & (2 ** count - 1);
/** A prescaler of a bus (RM0090 and RM0041, PPRE1 and PPRE2). */
const prescaler = (code: number): number => (code < 4 ? 1 : 2 ** (code - 3));
const boards = listFirmwareBoards().filter(({ target }) => target.startsWith('stm32'));

describeWithTool('cc', 'the start-up code of an STM32', () => {
  it('is on these boards', () => {
    expect(boards.map(({ target }) => target).sort()).toEqual([
      'stm32f1',
      ...Array<string>(5).fill('stm32f4'),
    ]);
  });

  it.each(boards.filter(({ target }) => target === 'stm32f4').map((board) => [board.id, board] as const))(
    '%s: has the clock of its board file, and all that goes with it',
    (_id, board) => {
      const { runs, register } = start(board);
      const { hz = 0, kind } = board.oscillator ?? {};
      const [cr, pll, cfgr, acr] = [0x4002_3800, 0x4002_3804, 0x4002_3808, 0x4002_3c00].map(register) as [
        number,
        number,
        number,
        number,
      ];
      expect(runs).toBe(true);
      expect(bits(cr, 18, 1)).toBe(kind === 'clock' ? 1 : 0);
      expect(bits(pll, 22, 1)).toBe(1);
      const input = hz / bits(pll, 0, 6);
      const vco = input * bits(pll, 6, 9);
      expect(input >= 1e6 && input <= 2e6).toBe(true);
      expect(vco >= 192e6 && vco <= 432e6).toBe(true);
      expect(vco / (2 * bits(pll, 16, 2) + 2)).toBe(board.clockHz);
      expect(vco / bits(pll, 24, 4)).toBeLessThanOrEqual(75e6);
      expect(bits(cfgr, 0, 2)).toBe(2);
      expect(bits(cfgr, 4, 4)).toBe(0);
      for (const at of [10, 13]) expect(prescaler(bits(cfgr, at, 3))).toBe(4);
      expect(board.clockHz / 4).toBeLessThanOrEqual(42e6);
      // A wait state for every 30 MHz begun, the first aside.
      expect(bits(acr, 0, 4)).toBe(Math.ceil(board.clockHz / 30e6) - 1);

      const wiring = wiringOf(board);
      if (wiring === null) throw new Error('not wired');
      for (const { port, pin } of [wiring.tx, wiring.rx]) {
        const gpio = 0x4002_0000 + 0x400 * port;
        expect(bits(register(0x4002_3830), port, 1)).toBe(1);
        expect(bits(register(gpio), 2 * pin, 2)).toBe(2);
        const alternate = register(gpio + (pin < 8 ? 0x20 : 0x24));
        expect(bits(alternate, 4 * (pin % 8), 4)).toBe(wiring.serial === 6 ? 8 : 7);
      }
      const enables = [register(0x4002_3840), register(0x4002_3844)];
      expect(enables).toEqual({ 1: [0, 1 << 4], 2: [1 << 17, 0], 6: [0, 1 << 5] }[wiring.serial]);
    },
  );

  it.each([
    [24_000_000, 8_000_000, 0, 1],
    [72_000_000, 8_000_000, 2, 2],
  ])('of an STM32F1 makes %i Hz of %i', (clockHz, hz, waitStates, divider) => {
    const [board] = boards.filter(({ target }) => target === 'stm32f1');
    if (board === undefined) throw new Error('no board');
    const { runs, register } = start({ ...board, clockHz, oscillator: { hz, kind: 'crystal' } });
    const cfgr = register(0x4002_1004);
    expect(runs).toBe(true);
    expect(bits(cfgr, 0, 2)).toBe(2);
    expect(bits(cfgr, 16, 2)).toBe(1);
    expect(hz * (bits(cfgr, 18, 4) + 2)).toBe(clockHz);
    for (const at of [8, 11]) expect(prescaler(bits(cfgr, at, 3))).toBe(divider);
    expect(clockHz / divider).toBeLessThanOrEqual(36e6);
    expect(bits(register(0x4002_2000), 0, 3)).toBe(waitStates);
    // PA9: alternate function, pushed and pulled; PA10: input, pulled up.
    expect(register(0x4001_0804)).toBe(0x890);
    expect(register(0x4002_1018)).toBe((1 << 2) | (1 << 14));
  });

  it.each(boards.map((board) => [board.id, board] as const))(
    '%s: goes on without its oscillator, on the internal one',
    (_id, board) => {
      const { runs, register } = start(board, 'without');
      const cfgr = register(board.target === 'stm32f1' ? 0x4002_1004 : 0x4002_3808);
      expect([runs, cfgr]).toEqual([false, 0]);
    },
  );
});
