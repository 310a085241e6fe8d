import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { BuildError } from '../../toolkit/errors.js';
import { allTables, checkFit, firmwareProject, kernelsFor } from '../../toolkit/firmware/index.js';
import { networkSource } from '../../toolkit/firmware/network-source.js';
import { executePlan, findToolchain, measureSize, planFirmware, readElf } from '../../toolkit/plan/index.js';
import { randomNetwork } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { temporaryFolder } from './tiny.js';

/** Has convolutions, an addition, an average pool and dense layers. */
const NETWORK = randomNetwork(4);

/** In ELF files of AVR, addresses of data begin here; those of the flash lie below. */
const AVR_DATA = 0x80_0000;

const COMPILERS = {
  'arduino-uno': 'avr-gcc',
  'raspberry-pi-pico': 'arm-none-eabi-gcc',
  microbit: 'arm-none-eabi-gcc',
  ch32v003: 'riscv64-unknown-elf-gcc',
} as const;

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

function messageOf(fails: () => void): string {
  try {
    fails();
    return '';
  } catch (error) {
    return String(error);
  }
}

for (const [id, compiler] of Object.entries(COMPILERS)) {
  describeWithTool(compiler, `the memory that is told before a build for ${id}`, () => {
    it('is what the linker lays out: every table in flash, no copy of it in RAM, and the workspace', async () => {
      const board = loadFirmwareBoard(id);
      const { memory } = board;
      if (memory === null) throw new Error('no memory');
      const toolchain = await findToolchain(board.toolchain, { prefer: 'gcc' });
      const plan = planFirmware(firmwareProject(NETWORK, board), board, toolchain);
      await executePlan(plan, folder.path);
      const bytes = readFileSync(join(folder.path, plan.products.elf));
      const { symbols, sections } = readElf(bytes);
      const sizes = (name: string): number[] =>
        symbols.filter((symbol) => symbol.kind === 'object' && symbol.name === name).map(({ size }) => size);

      const source = networkSource(NETWORK, kernelsFor(NETWORK, board));
      const tables = allTables(source);
      expect(tables.map(({ name }) => [name, sizes(name)])).toEqual(
        tables.map(({ name, bytes: told }) => [name, [told]]),
      );
      const names = new Set(tables.map(({ name }) => name));
      const ram = memory.ram.origin + (board.toolchain.kind === 'avr' ? AVR_DATA : 0);
      const inRam = symbols.filter(
        ({ name, value }) => names.has(name) && value >= ram && value < ram + memory.ram.size,
      );
      expect(inRam).toEqual([]);
      // What start-up copies from flash to RAM: at most HELLO's hash and board id, and their padding.
      const { size: copied = 0 } = sections.find(({ name }) => name === '.data') ?? {};
      expect(copied).toBeLessThan(40);
      expect(sizes('workspace')).toEqual([4 * Math.ceil(source.workspaceBytes / 4)]);

      // A refusal names no more than what is needed.
      const small = { ...board, memory: { ...memory, flash: { ...memory.flash, size: 1 } } };
      const refusal = (): void => checkFit(NETWORK, small, kernelsFor(NETWORK, board));
      expect(refusal).toThrow(BuildError);
      const least = /at least (\d+) bytes of flash/.exec(messageOf(refusal))?.[1];
      const { flash } = measureSize(bytes, board);
      expect(flash).toBeGreaterThanOrEqual(Number(least));
    });
  });
}
