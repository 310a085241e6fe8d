import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FirmwareBoard } from '../../toolkit/boards/board.js';
import { BuildError, InputError } from '../../toolkit/errors.js';
import { executePlan, findToolchain, measureSize, planFirmware, readElf } from '../../toolkit/plan/index.js';
import { describeWithTool } from '../support/tools.js';
import { BOARDS, temporaryFolder, tinyProject } from './tiny.js';

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

async function built(kind: keyof typeof BOARDS): Promise<{ path: string; bytes: Uint8Array }> {
  const toolchain = await findToolchain(BOARDS[kind].toolchain, { prefer: 'gcc' });
  const plan = planFirmware(tinyProject(kind), BOARDS[kind], toolchain);
  await executePlan(plan, folder.path);
  const path = join(folder.path, plan.products.elf);
  return { path, bytes: readFileSync(path) };
}

for (const [kind, prefix] of [
  ['arm', 'arm-none-eabi-'],
  ['avr', 'avr-'],
] as const) {
  describeWithTool([`${prefix}gcc`, `${prefix}size`], `the size of a firmware for ${kind}`, () => {
    it(`is what ${prefix}size says`, async () => {
      const { path, bytes } = await built(kind);
      const [, row = ''] = execFileSync(`${prefix}size`, [path], { encoding: 'utf8' }).split('\n');
      const [text = 0, data = 0, bss = 0] = row.trim().split(/\s+/).map(Number);
      expect(measureSize(bytes, BOARDS[kind])).toEqual({ flash: text + data, ram: data + bss, of: 'image' });
      expect(readElf(bytes)).toMatchObject({ bits: 32, flashBytes: text + data, ramBytes: data + bss });
    });

    it('is an error with numbers when it does not fit', async () => {
      const { bytes } = await built(kind);
      const board: FirmwareBoard = BOARDS[kind];
      const { flash, ram } = measureSize(bytes, board);
      const { memory } = board;
      if (memory === null) throw new Error('no memory');
      const small = { ...board, memory: { ...memory, flash: { ...memory.flash, size: flash - 1 } } };
      expect(() => measureSize(bytes, small)).toThrow(BuildError);
      expect(() => measureSize(bytes, small)).toThrow(`needs ${flash} bytes of flash`);
      const tight = { ...board, memory: { ...memory, ram: { ...memory.ram, size: ram - 1 } } };
      expect(() => measureSize(bytes, tight)).toThrow(`needs ${ram} bytes of RAM`);
    });

    it('lists the functions of the program', async () => {
      const { bytes } = await built(kind);
      const { symbols, segments } = readElf(bytes);
      expect(symbols.find(({ name }) => name === 'tiny_sum')).toMatchObject({ kind: 'function' });
      expect(segments.length).toBeGreaterThan(0);
    });
  });
}

describeWithTool('cc', 'the size of a host program', () => {
  it('is that of its code and constants', async () => {
    const { bytes } = await built('host');
    const size = measureSize(bytes, BOARDS.host);
    expect(size.flash).toBeGreaterThan(100);
    expect(size.flash).toBeLessThan(bytes.length);
  });

  it('is an InputError for a damaged file, wherever it is cut or changed', async () => {
    const { bytes } = await built('host');
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => readElf(bytes.subarray(0, length))).toThrow(InputError);
    }
    fc.assert(
      fc.property(fc.nat(63), fc.nat(255), (at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        try {
          readElf(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('what is no ELF file', () => {
  it('is an InputError on a board, and has its length on the host', () => {
    const bytes = new Uint8Array(100);
    expect(() => measureSize(bytes, BOARDS.arm)).toThrow(InputError);
    expect(measureSize(bytes, BOARDS.host)).toEqual({ flash: 100, ram: 0, of: 'file' });
  });

  it('is an InputError whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.boolean(), (bytes, wide) => {
        const file = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, ...bytes]);
        try {
          readElf(file);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
