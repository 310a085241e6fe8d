import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flashSchema } from '../../toolkit/boards/board.js';
import {
  BuildError,
  DeviceError,
  InputError,
  InterruptedError,
  ToolMissingError,
} from '../../toolkit/errors.js';
import {
  describeFpgaFlash,
  executeFpgaFlash,
  planFpgaFlash,
  type FlashOptions,
  type FpgaFlash,
  type FpgaImage,
} from '../../toolkit/plan/index.js';
import { describeWithTool } from '../support/tools.js';
import { fakeTool } from './fake-tool.js';
import { temporaryFolder } from './tiny.js';

const ICE: FpgaFlash = { kind: 'iceprog' };
const ULX3S: FpgaFlash = { kind: 'openfpgaloader', board: 'ulx3s' };
const TINY: FpgaFlash = { kind: 'tinyprog' };
const DFU: FpgaFlash = { kind: 'dfu-util', vendor: '1d50', product: '614b', alt: 0 };
const PROGRAM = {
  iceprog: 'iceprog',
  openfpgaloader: 'openFPGALoader',
  tinyprog: 'tinyprog',
  'dfu-util': 'dfu-util',
};

let folder: { path: string; remove: () => void };
let image: FpgaImage & { data: { path: string; offset: number } };

beforeEach(() => {
  folder = temporaryFolder();
  image = {
    title: 'Some Board',
    bitstream: join(folder.path, 'bitstream.bin'),
    data: { path: join(folder.path, 'weights.bin'), offset: 0x10_0000 },
    usb: [{ vendor: '0403', product: '6010' }],
  };
  writeFileSync(image.bitstream, 'the bits');
  writeFileSync(image.data.path, 'the weights');
});
afterEach(() => folder.remove());

/** The image without data. */
const bare = (): FpgaImage => ({ ...image, data: null });

/** Flashes by an iceprog that is this script. */
const flashBy = (script: string, options: FlashOptions): Promise<void> =>
  executeFpgaFlash(planFpgaFlash(ICE, bare()), { env: fakeTool(folder.path, 'iceprog', script), ...options });

describe('the plan for a bitstream', () => {
  const lines = (flash: FpgaFlash, what: FpgaImage, device?: string) =>
    describeFpgaFlash(planFpgaFlash(flash, what, { device })).map((line) =>
      line.replaceAll(`${folder.path}/`, ''),
    );

  it.each<[FpgaFlash, string[]]>([
    [ICE, ['iceprog bitstream.bin']],
    [{ kind: 'iceprog', interface: 'B' }, ['iceprog -I B bitstream.bin']],
    [ULX3S, ['openFPGALoader -b ulx3s -f bitstream.bin']],
    [TINY, ['tinyprog -p bitstream.bin']],
    [DFU, ['dfu-util -d 1d50:614b -a 0 -D bitstream.bin -R']],
  ])('is one command for %j', (flash, expected) => {
    expect(lines(flash, bare())).toEqual(expected);
  });

  it.each<[FpgaFlash, string, string]>([
    [ICE, 'd:001/005', 'iceprog -d d:001/005 bitstream.bin'],
    [ULX3S, 'D00123', 'openFPGALoader -b ulx3s --ftdi-serial D00123 -f bitstream.bin'],
    [TINY, '/dev/ttyACM0', 'tinyprog -c /dev/ttyACM0 -p bitstream.bin'],
    [DFU, 'abc', 'dfu-util -d 1d50:614b -S abc -a 0 -D bitstream.bin -R'],
  ])('names one of several boards: %j %s', (flash, device, expected) => {
    expect(lines(flash, bare(), device)).toEqual([expected]);
  });

  it('writes data before the bitstream that needs them', () => {
    expect(lines(ICE, image)).toEqual(['iceprog -o 1048576 weights.bin', 'iceprog bitstream.bin']);
    expect(lines(ULX3S, image)).toEqual([
      'openFPGALoader -b ulx3s -f --external-flash --verify --file-type bin -o 1048576 weights.bin',
      'openFPGALoader -b ulx3s -f bitstream.bin',
    ]);
  });

  it('writes both at once where the tool ends the boot loader', () => {
    expect(lines(TINY, { ...image, data: { ...image.data, offset: 0x5_0000 } })).toEqual([
      'tinyprog -p bitstream.bin -u weights.bin',
    ]);
  });

  it.each<[FpgaFlash, number]>([
    [ICE, 1000],
    [ICE, -0x1_0000],
    [ULX3S, 0x1_0000 + 0.5],
    [TINY, 0x6_0000],
  ])('refuses data of %j at %d', (flash, offset) => {
    expect(() => planFpgaFlash(flash, { ...image, data: { ...image.data, offset } })).toThrow(RangeError);
  });

  it('refuses data where there is no room for them', () => {
    expect(() => planFpgaFlash(DFU, image)).toThrow(InputError);
  });

  it.each(['-S', '--bulk-erase', 'a b', '', '$(x)', 'a;b', 'ü'])('refuses the device %j', (device) => {
    expect(() => planFpgaFlash(ICE, bare(), { device })).toThrow(InputError);
  });

  it('refuses a path that is not absolute', () => {
    expect(() => planFpgaFlash(ICE, { ...bare(), bitstream: 'bitstream.bin' })).toThrow(RangeError);
    expect(() => planFpgaFlash(ICE, { ...image, data: { path: '-e', offset: 0x1_0000 } })).toThrow(
      RangeError,
    );
  });

  it('comes from data that a board file may hold', () => {
    for (const flash of [ICE, { kind: 'iceprog', interface: 'B' }, ULX3S, TINY, DFU]) {
      expect(flashSchema.parse(flash)).toEqual(flash);
    }
    for (const flash of [
      { kind: 'iceprog', interface: 'E' },
      { kind: 'openfpgaloader', board: 'ulx3s --reset' },
      { kind: 'openfpgaloader', board: '' },
      { kind: 'tinyprog', device: '/dev/ttyACM0' },
      { kind: 'dfu-util', vendor: '1D50', product: '614b', alt: 0 },
      { kind: 'dfu-util', vendor: '1d50', product: '614b', alt: -1 },
    ]) {
      expect(flashSchema.safeParse(flash).success, JSON.stringify(flash)).toBe(false);
    }
  });
});

describe('flashing a bitstream', () => {
  it('runs the commands that are shown, one after the other', async () => {
    const said = join(folder.path, 'said');
    const progress: string[] = [];
    const env = fakeTool(folder.path, 'iceprog', `echo iceprog "$@" >> ${said}`);
    const plan = planFpgaFlash(ICE, image);
    await executeFpgaFlash(plan, { env, progress: (line) => progress.push(line) });
    expect(readFileSync(said, 'utf8').trimEnd().split('\n')).toEqual(describeFpgaFlash(plan));
    expect(progress).toEqual(['write data at 0x100000 to Some Board', 'write the bitstream to Some Board']);
  });

  it('stops at the first command that fails', async () => {
    const said = join(folder.path, 'said');
    const env = fakeTool(folder.path, 'iceprog', `echo "$@" >> ${said}; exit 2`);
    await expect(executeFpgaFlash(planFpgaFlash(ICE, image), { env })).rejects.toThrow(DeviceError);
    expect(readFileSync(said, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([ICE, ULX3S, TINY, DFU])('needs its tool: %j', async (flash) => {
    const failure = executeFpgaFlash(planFpgaFlash(flash, bare()), { env: { PATH: folder.path } });
    await expect(failure).rejects.toThrow(ToolMissingError);
    await expect(failure).rejects.toThrow(`${PROGRAM[flash.kind]} is not on the PATH`);
    await expect(failure).rejects.toMatchObject({
      next: expect.stringMatching(/apt-get install|pip install/) as string,
    });
  });

  it('needs a build', async () => {
    rmSync(image.data.path);
    await expect(executeFpgaFlash(planFpgaFlash(ICE, image))).rejects.toThrow(/data file is not there/);
    rmSync(image.bitstream);
    await expect(executeFpgaFlash(planFpgaFlash(ICE, bare()))).rejects.toThrow(BuildError);
  });

  it('does not let the data overwrite the bitstream', async () => {
    writeFileSync(image.bitstream, Buffer.alloc(0x1_0001));
    const data = { ...image.data, offset: 0x1_0000 };
    const env = fakeTool(folder.path, 'iceprog', 'exit 0');
    await expect(executeFpgaFlash(planFpgaFlash(ICE, { ...image, data }), { env })).rejects.toThrow(
      /reaches into the data/,
    );
    await executeFpgaFlash(planFpgaFlash(ICE, { ...image, data: { ...data, offset: 0x2_0000 } }), { env });
  });

  it('lets data begin anywhere beside a bitstream that lies in the chip itself', async () => {
    const bitstream = join(folder.path, 'bitstream.fs');
    writeFileSync(bitstream, Buffer.alloc(0x1_0001));
    const plan = planFpgaFlash(
      { kind: 'openfpgaloader', board: 'tangnano9k' },
      { ...image, bitstream, data: { ...image.data, offset: 0 } },
    );
    await executeFpgaFlash(plan, { env: fakeTool(folder.path, 'openFPGALoader', 'exit 0') });
  });

  it('ends a tool that hangs, with its children', async () => {
    const pid = join(folder.path, 'pid');
    const failure = flashBy(`echo init..; sleep 60 & echo $! > ${pid}; wait`, { timeoutSeconds: 0.5 });
    await expect(failure).rejects.toThrow(
      /iceprog did not finish in time \(0.5 s\); iceprog says:\n {2}init\.\./,
    );
    await expect(failure).rejects.toBeInstanceOf(DeviceError);
    const child = Number(readFileSync(pid, 'utf8'));
    await expect.poll(() => existsSync(`/proc/${child}`) && isRunning(child)).toBe(false);
  });

  it('can be interrupted', async () => {
    const controller = new AbortController();
    const running = flashBy('sleep 60', { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toThrow(InterruptedError);
  });
});

function isRunning(pid: number): boolean {
  return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

describeWithTool(['iceprog', 'openFPGALoader', 'dfu-util'], 'real flashers without a board', () => {
  it.each<[FpgaFlash, string, RegExp]>([
    [ICE, 'd:255/255', /no Some Board is plugged in/],
    [ULX3S, 'no-such-serial-number', /no Some Board is plugged in/],
    [
      { kind: 'dfu-util', vendor: 'ffff', product: 'ffff', alt: 0 },
      'none',
      /boot loader of Some Board does not run/,
    ],
  ])('%j', async (flash, device, message) => {
    const failure = executeFpgaFlash(planFpgaFlash(flash, bare(), { device }), {
      usb: { sys: '/nowhere', dev: '/nowhere' },
    });
    await expect(failure).rejects.toThrow(message);
  });
});
