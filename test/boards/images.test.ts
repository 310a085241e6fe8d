import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { buildRung } from '../support/rungs.js';
import { requireTool } from '../support/tools.js';
import { toyNetwork } from '../support/toy-network.js';

/* Of boards that nothing emulates: that their boot ROM or core would start the image. */

/** The first words of what RP2350 datasheet, "Minimum Arm IMAGE_DEF", has the boot ROM look for. */
const IMAGE_DEF = [0xffff_ded3, 0x1021_0142, 0x0000_01ff, 0, 0xab12_3579];

/** The words of a board's raw image. */
async function imageOf(board: string, compiler: 'gcc' | 'zig'): Promise<readonly number[]> {
  const { bin } = await buildRung({ board, compiler, tools: [] }, toyNetwork());
  const bytes = readFileSync(bin ?? '');
  return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32LE(4 * i));
}

const CASES = ['microbit-v2', 'raspberry-pi-pico2', 'seeed-xiao-samd21'].flatMap((board) => [
  { board, compiler: 'gcc', tools: ['arm-none-eabi-gcc'] } as const,
  { board, compiler: 'zig', tools: [] } as const,
]);

for (const { board, compiler, tools } of CASES) {
  describe.skipIf(!tools.every(requireTool))(`the image of ${board}, by ${compiler}`, () => {
    it('begins with a vector table that points into the memories of the board', async () => {
      const { memory } = loadFirmwareBoard(board);
      if (memory === null) throw new Error('no memory');
      const words = await imageOf(board, compiler);
      const [stack = 0, reset = 0, ...others] = words;
      expect(stack).toBe(memory.ram.origin + memory.ram.size);
      for (const handler of [reset, ...others.slice(0, 1)]) {
        expect(handler % 2).toBe(1);
        expect(handler - memory.flash.origin).toBeGreaterThan(4 * 48);
        expect(handler - memory.flash.origin).toBeLessThan(4 * words.length);
      }
      if (board !== 'raspberry-pi-pico2') return;
      const at = words.indexOf(IMAGE_DEF[0] ?? 0);
      expect(at).toBeGreaterThan(16 + 33);
      expect(4 * (at + IMAGE_DEF.length)).toBeLessThanOrEqual(4096);
      expect(words.slice(at, at + IMAGE_DEF.length)).toEqual(IMAGE_DEF);
    });
  });
}
