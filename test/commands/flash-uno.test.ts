import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { portHolders } from '../../toolkit/device/index.js';
import { DeviceError } from '../../toolkit/errors.js';
import { executeFlash, planFlash } from '../../toolkit/plan/index.js';
import { bootableUno, type BootableUno } from '../support/bootable-uno.js';
import type { BootLoaderFaults } from '../support/boot-loader.js';
import { tablize } from '../support/cli.js';
import { idx } from '../support/idx.js';
import { pseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';

interface OnPort extends BootableUno {
  readonly terminal: PseudoTerminal;
}

const open: PseudoTerminal[] = [];
afterAll(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

async function plugIn(faults: BootLoaderFaults = {}): Promise<OnPort> {
  const uno = bootableUno(faults);
  const terminal = await pseudoTerminal(uno.line);
  open.push(terminal);
  return { ...uno, terminal };
}

/** Pictures for the tiny network, as a pair of idx files; the path of the first. */
function pictureFiles(folder: string, count: number): string {
  const images = join(folder, 't10k-images-idx3-ubyte');
  const pixels = Array.from({ length: 16 * count }, (_, i) => (i * 73) & 0xff);
  writeFileSync(images, idx([count, 4, 4], pixels));
  writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), idx([count], new Uint8Array(count)));
  return images;
}

describeWithTool(['avrdude', 'avr-gcc', 'script'], 'an Arduino Uno on a port, by the true avrdude', () => {
  it('is flashed, checked, and computes what this computer computes', async () => {
    const folder = temporaryFolder('uno');
    const model = join(folder, 'table-network.json');
    writeFileSync(model, JSON.stringify(tinyNetwork()));
    const { boot, terminal } = await plugIn();
    const given = ['--board', 'arduino-uno', '--model', model, '--port', terminal.path];
    const out = join(folder, 'out');

    const flashed = await tablize(['flash', ...given, '--toolchain', 'gcc', '--out', out]);
    expect(flashed.stderr + flashed.stdout).toMatch(/flashed Arduino Uno/);
    expect(flashed.stdout).toContain('flashed Arduino Uno');
    const image = readFileSync(join(out, 'build/firmware.bin'));
    expect(Buffer.from(boot.flash.subarray(0, image.length)).equals(image)).toBe(true);
    expect(boot.hasLeft()).toBe(true);
    expect(readFileSync(join(out, 'flash.log'), 'utf8')).toMatch(/bytes of flash verified/);

    const images = pictureFiles(folder, 5);
    const verified = await tablize(['verify', ...given, '--images', images, '--json', '-']);
    expect(verified).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.stdout)).toMatchObject({
      executor: 'serial',
      images: 5,
      mismatches: { labels: 0, logits: 0 },
      latency: { unit: 'cycles' },
    });
  }, 30_000);
});

describeWithTool(['avrdude', 'script'], 'an Arduino Uno that avrdude cannot flash', () => {
  /** What becomes of 700 bytes, and what the log holds. */
  async function fails(
    faults: BootLoaderFaults,
    timeoutSeconds: number,
  ): Promise<{ error: DeviceError; log: string; board: OnPort }> {
    const folder = temporaryFolder('uno');
    const board = await plugIn(faults);
    const hex = 'firmware.hex';
    writeFileSync(join(folder, hex), intelHex(700));
    const products = { elf: 'firmware.elf', bin: null, hex, uf2: null, assembly: [] };
    const { path } = board.terminal;
    const plan = planFlash(loadFirmwareBoard('arduino-uno'), products, folder, { port: path });
    const log = join(folder, 'flash.log');
    const error: unknown = await executeFlash(plan, { timeoutSeconds, log, pause: 0 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${String(error)}`);
    expect(error.where).toBe(path);
    expect(error.next).toContain(log);
    return { error, log: readFileSync(log, 'utf8'), board };
  }

  it.concurrent(
    'does not answer: it is asked twice, and no avrdude is left',
    async () => {
      const { error, log, board } = await fails({ silent: true }, 8);
      expect(error.message).toMatch(
        /^the port is there, but the boot loader does not answer \(tried 2 times\)/,
      );
      expect(log.match(/^\$ avrdude /gm)).toHaveLength(2);
      expect(portHolders(board.terminal.path)).toEqual([]);
    },
    30_000,
  );

  it.concurrent(
    'is another chip: it is not asked again',
    async () => {
      const { error, log, board } = await fails({ signature: [0x1e, 0x98, 0x01] }, 20);
      expect(error.message).toMatch(/^the port is there, but it is another chip; avrdude says/);
      expect(log.match(/^\$ avrdude /gm)).toHaveLength(1);
      expect(board.boot.pages()).toBe(0);
    },
    30_000,
  );

  it.concurrent(
    'reads back what was not written',
    async () => {
      const { error } = await fails({ loses: 300 }, 20);
      expect(error.message).toMatch(/the board did not keep what was written \(tried 2 times\)/);
    },
    30_000,
  );

  it.concurrent(
    'falls silent half-way: it is bounded, and no avrdude is left',
    async () => {
      const { error, board } = await fails({ hangsAfter: 2 }, 8);
      expect(error.message).toMatch(/^(Arduino Uno answered, and then fell silent|the port is there, but)/);
      expect(board.boot.pages()).toBe(2);
      expect(portHolders(board.terminal.path)).toEqual([]);
    },
    30_000,
  );
});

/** An Intel HEX file of so many bytes from address 0, all 0x12. */
function intelHex(count: number): string {
  const line = (bytes: readonly number[]): string => {
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    return `:${Buffer.from([...bytes, -sum & 0xff])
      .toString('hex')
      .toUpperCase()}\n`;
  };
  const rows = Array.from({ length: Math.ceil(count / 16) }, (_, i) => {
    const length = Math.min(16, count - 16 * i);
    return line([length, i >> 4, (i << 4) & 0xff, 0, ...Array.from({ length }, () => 0x12)]);
  });
  return `${rows.join('')}:00000001FF\n`;
}
