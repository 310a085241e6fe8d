import { expect, it } from 'vitest';
import { describeWithTool } from '../support/tools.js';
import { runBench } from './bench.js';

const FLASH = { 'flash.hex': '@100000\n12 34 56 78 9a bc de f0\n' };
const WORDS = ['begin', '0001 1234', '0010 5678', '0001 9abc', '0010 def0'];

describeWithTool(['iverilog', 'vvp'], 'the flash loader', () => {
  it('wakes the memory and reads its words, slice after slice', () => {
    expect(runBench('flash_bench', { WORDS: 2 }, FLASH)).toEqual(WORDS);
  });

  // Within the command that wakes it, in the rest after it, in the command that reads, within the first words.
  it.each([1, 9, 15, 17, 500, 2100, 2200])('begins anew when it is reset %i clocks later', (clocks) => {
    const lines = runBench('flash_bench', { WORDS: 2, RESET_AT: clocks }, FLASH);
    expect(lines.slice(lines.indexOf('again') + 1)).toEqual(WORDS);
  });
});
