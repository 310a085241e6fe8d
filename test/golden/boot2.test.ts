import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { boot2Source, bootromCrc32 } from '../support/boot2.js';
import { itWithTool } from '../support/tools.js';

const folder = assetPath('firmware-templates/targets/rp2040');

describe('boot2 of the RP2040', () => {
  it('has the checksum that the boot ROM computes', () => {
    // The catalogued check value of this CRC (CRC-32/MPEG-2).
    expect(bootromCrc32(new TextEncoder().encode('123456789'))).toBe(0x0376e6e7);
    const words = [...readFileSync(`${folder}/boot2.c`, 'utf8').matchAll(/0x([0-9a-f]{8})u/g)].map(
      ([, hex]) => parseInt(hex ?? '', 16),
    );
    expect(words).toHaveLength(64);
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    expect(bootromCrc32(bytes.subarray(0, 252))).toBe(words[63]);
  });

  itWithTool('arm-none-eabi-gcc', 'is what boot2.S assembles to', () => {
    const temporary = mkdtempSync(join(tmpdir(), 'tablize-boot2-'));
    try {
      const [object, binary] = [join(temporary, 'boot2.o'), join(temporary, 'boot2.bin')];
      execFileSync('arm-none-eabi-gcc', [
        '-mcpu=cortex-m0plus',
        '-mthumb',
        '-c',
        `${folder}/boot2.S`,
        '-o',
        object,
      ]);
      execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.boot2', object, binary]);
      const code = readFileSync(binary);
      expect(code.length).toBeLessThanOrEqual(252);
      const source = boot2Source(code);
      if (process.env['GOLDEN'] === '1') writeFileSync(`${folder}/boot2.c`, source);
      expect(readFileSync(`${folder}/boot2.c`, 'utf8')).toBe(source);
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });
});
