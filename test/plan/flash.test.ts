import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import {
  BuildError,
  DeviceError,
  InputError,
  InterruptedError,
  ToolMissingError,
} from '../../toolkit/errors.js';
import type { Products } from '../../toolkit/plan/build-plan.js';
import { describeFlash, executeFlash, planFlash } from '../../toolkit/plan/index.js';
import { findDrives, parseMounts } from '../../toolkit/plan/mounted-drives.js';
import { failing, fakeTool } from './fake-tool.js';
import { BOARDS, temporaryFolder } from './tiny.js';

const NO_USB = { sys: '/nowhere', dev: '/nowhere' };

let folder: { path: string; remove: () => void };
let drive: string;
const PRODUCTS: Products = {
  elf: 'build/firmware.elf',
  bin: 'build/firmware.bin',
  hex: 'build/firmware.hex',
  uf2: 'build/firmware.uf2',
  assembly: [],
};

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'build'));
  writeFileSync(join(folder.path, 'build/firmware.uf2'), 'the image');
  writeFileSync(join(folder.path, 'build/firmware.hex'), ':00000001FF\n');
  drive = join(folder.path, 'RPI-RP2');
});
afterEach(() => folder.remove());

function plugIn(path = drive): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, 'INFO_UF2.TXT'),
    'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n',
  );
}

/** As the boot loader does: once the file is there, the drive goes; its last file is kept for the test. */
function restartWhenWritten(): { received: () => string } {
  let received = '';
  const timer = setInterval(() => {
    const path = join(drive, 'firmware.uf2');
    if (!existsSync(path) || readFileSync(path).length === 0) return;
    received = readFileSync(path, 'utf8');
    rmSync(drive, { recursive: true });
    clearInterval(timer);
  }, 20);
  return { received: () => received };
}

describe('a board whose boot loader shows a drive', () => {
  const plan = (target = {}) => planFlash(BOARDS.arm, PRODUCTS, folder.path, target);

  it('is found among the mounted drives, gets the file, and restarts', async () => {
    plugIn();
    const board = restartWhenWritten();
    await executeFlash(plan(), { mountPoints: ['/', '/nowhere', drive] });
    expect(board.received()).toBe('the image');
  });

  it('is flashed on the drive that was named', async () => {
    drive = join(folder.path, 'another name');
    plugIn();
    const board = restartWhenWritten();
    await executeFlash(plan({ drive }), { mountPoints: [] });
    expect(board.received()).toBe('the image');
  });

  it('is asked for in its own way when it is not there', async () => {
    const xiao = planFlash(loadFirmwareBoard('seeed-xiao-samd21'), PRODUCTS, folder.path);
    await expect(executeFlash(xiao, { mountPoints: ['/'] })).rejects.toMatchObject({
      next: expect.stringContaining('press its reset button twice') as string,
    });
  });

  it('is asked for when it is not there', async () => {
    const failure = executeFlash(plan(), { mountPoints: ['/'] });
    await expect(failure).rejects.toThrow(DeviceError);
    await expect(failure).rejects.toMatchObject({ next: expect.stringContaining('hold BOOTSEL') as string });
  });

  it('is not guessed when two are there', async () => {
    plugIn();
    plugIn(join(folder.path, 'b'));
    const failure = executeFlash(plan(), { mountPoints: [drive, join(folder.path, 'b')] });
    await expect(failure).rejects.toMatchObject({ next: 'name one with --drive' });
  });

  it('is an error when it does not restart', async () => {
    plugIn();
    const failure = executeFlash(plan(), { mountPoints: [drive], timeoutSeconds: 0.2 });
    await expect(failure).rejects.toThrow(/has not restarted/);
  });

  it('can be interrupted', async () => {
    plugIn();
    const controller = new AbortController();
    const running = executeFlash(plan(), { mountPoints: [drive], signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toThrow(InterruptedError);
  });

  it('is not a folder that the user named by mistake', async () => {
    mkdirSync(join(folder.path, 'photos'));
    const failure = executeFlash(plan({ drive: join(folder.path, 'photos') }));
    await expect(failure).rejects.toThrow(InputError);
    expect(existsSync(join(folder.path, 'photos', 'firmware.uf2'))).toBe(false);
  });

  it('needs a build', async () => {
    rmSync(join(folder.path, 'build/firmware.uf2'));
    await expect(executeFlash(plan())).rejects.toThrow(BuildError);
  });

  it('is shown as a command line', () => {
    expect(describeFlash(plan())).toEqual([`cp ${folder.path}/build/firmware.uf2 '<drive RPI-RP2>'`]);
    expect(describeFlash(plan({ drive: '/media/me/RPI-RP2' }))).toEqual([
      `cp ${folder.path}/build/firmware.uf2 /media/me/RPI-RP2`,
    ]);
  });
});

describe('mounted drives', () => {
  it('are read from /proc/mounts with their blanks', () => {
    expect(parseMounts('/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/me/A\\040B vfat rw 0 0\n')).toEqual([
      '/',
      '/media/me/A B',
    ]);
  });

  it('are told apart by their board id', () => {
    plugIn();
    const other = join(folder.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'INFO_UF2.TXT'), 'Board-ID: SAMD21\n');
    expect(findDrives('RPI-RP2', [other, drive, '/'])).toEqual([drive]);
  });
});

describe('a board that avrdude flashes', () => {
  const plan = (port: string | undefined = '/dev/ttyTEST') =>
    planFlash(BOARDS.avr, PRODUCTS, folder.path, { port });

  const fake = (script: string) => fakeTool(folder.path, 'avrdude', script);

  it('gets exactly the arguments that are shown', async () => {
    const said = join(folder.path, 'said');
    await executeFlash(plan(), { env: fake(`printf '%s\\n' "$@" > ${said}`) });
    const argv = readFileSync(said, 'utf8').trimEnd().split('\n');
    expect(['avrdude', ...argv].join(' ')).toBe(describeFlash(plan())[0]);
    expect(argv).toEqual(
      `-p atmega328p -c arduino -P /dev/ttyTEST -b 115200 -D -U flash:w:${folder.path}/build/firmware.hex:i`.split(
        ' ',
      ),
    );
  });

  it.each([
    [`ser_open(): can't open device "/dev/ttyTEST": No such file or directory`, /is not there/],
    [`ser_open(): can't open device "/dev/ttyTEST": Permission denied`, /may not be opened/],
    [`ser_open(): can't open device "/dev/ttyTEST": Device or resource busy`, /in use/],
    ['stk500_getsync() attempt 10 of 10: not in sync: resp=0x00', /does not answer/],
    [
      'device signature = 0x1e9801 (probably m2560)\nexpected signature for ATmega328P is 1E 95 0F',
      /another chip/,
    ],
    ['device signature = 0x1e950f (probably m328p)\nverification mismatch', /did not keep/],
    ['verification error, first mismatch at byte 0x0000', /did not keep/],
    ['device signature = 0x1e950f (probably m328p)\nstk500_recv(): programmer is not responding', /half-way/],
    ['something new', /avrdude failed/],
  ])('has one clear message for: %s', async (words, message) => {
    const failure = executeFlash(plan(), {
      env: fake(`echo 'avrdude: ${words.replaceAll("'", "'\\''")}' >&2; exit 1`),
    });
    await expect(failure).rejects.toThrow(DeviceError);
    await expect(failure).rejects.toThrow(message);
  });

  it('is given up when avrdude hangs', async () => {
    const failure = executeFlash(plan(), { env: fake('sleep 60'), timeoutSeconds: 0.3 });
    await expect(failure).rejects.toThrow(/did not finish in time/);
  });

  it('needs avrdude', async () => {
    const failure = executeFlash(plan(), { env: { PATH: folder.path } });
    await expect(failure).rejects.toThrow(ToolMissingError);
    await expect(failure).rejects.toMatchObject({
      next: expect.stringContaining('apt-get install avrdude') as string,
    });
  });

  it('needs a port, which is left open in what is shown', async () => {
    const open = planFlash(BOARDS.avr, PRODUCTS, folder.path);
    expect(describeFlash(open)[0]).toContain(`-P '<port>'`);
    await expect(executeFlash(open)).rejects.toThrow(/no serial port/);
  });
});

describe('a board that wlink flashes', () => {
  const plan = () => planFlash(loadFirmwareBoard('ch32v003'), PRODUCTS, folder.path);
  const fake = (script: string) => fakeTool(folder.path, 'wlink', script);
  beforeEach(() => writeFileSync(join(folder.path, 'build/firmware.bin'), 'the image'));

  it('gets exactly the arguments that are shown', async () => {
    const said = join(folder.path, 'said');
    await executeFlash(plan(), { env: fake(`printf '%s\\n' "$@" > ${said}`) });
    const argv = readFileSync(said, 'utf8').trimEnd().split('\n');
    expect(['wlink', ...argv].join(' ')).toBe(describeFlash(plan())[0]);
    expect(argv).toEqual(
      `--chip CH32V003 flash --address 0x08000000 ${folder.path}/build/firmware.bin`.split(' '),
    );
  });

  it.each([
    ['WCH-Link not found, please check your connection', /no WCH CH32V003 is plugged in/],
    ['Probe is not attached to an MCU, or debug is not enabled.', /does not answer/],
    ['WCH-Link underlying protocol error: 0x55 [0x1]', /does not answer/],
    ['Chip mismatch: expected CH32V003, got CH32V20X', /another chip/],
    ['WCH-Link is connected, but is not in RV mode', /^wlink failed; wlink says:\n.*not in RV mode/],
    ['Permission denied (os error 13)', /may not be opened/],
  ])('has one clear message for: %s', async (words, message) => {
    const env = fake(`echo "Error: ${words}" >&2; exit 1`);
    const failure = executeFlash(plan(), { env, usb: { sys: '/nowhere', dev: '/nowhere' } });
    await expect(failure).rejects.toThrow(DeviceError);
    await expect(failure).rejects.toThrow(message);
  });

  it('is given up when wlink hangs, and needs wlink', async () => {
    const hanging = executeFlash(plan(), { env: fake('sleep 60'), timeoutSeconds: 0.3 });
    await expect(hanging).rejects.toThrow(/did not finish in time/);
    const failure = executeFlash(plan(), { env: { PATH: '/nowhere' } });
    await expect(failure).rejects.toThrow(ToolMissingError);
    await expect(failure).rejects.toMatchObject({ next: expect.stringContaining('wlink') as string });
  });
});

it('a board that is not flashed is an InputError', () => {
  expect(() => planFlash(BOARDS.host, PRODUCTS, folder.path)).toThrow(InputError);
});

describe('a board that openocd flashes', () => {
  const plan = (at = folder.path) => planFlash(loadFirmwareBoard('nucleo-f401re'), PRODUCTS, at);
  const fake = (script: string) => fakeTool(folder.path, 'openocd', script);

  it('gets exactly the arguments that are shown', async () => {
    const said = join(folder.path, 'said');
    await executeFlash(plan(), { env: fake(`printf '%s\\n' "$@" > ${said}`) });
    expect(readFileSync(said, 'utf8').trimEnd().split('\n')).toEqual([
      ...['-f', 'interface/stlink.cfg', '-f', 'target/stm32f4x.cfg'],
      ...['-c', `program ${folder.path}/build/firmware.hex verify reset exit`],
    ]);
  });

  it('has a path with blanks and brackets as one word of its language', () => {
    const shown = describeFlash(plan('/a [b] c'))[0] ?? '';
    expect(shown).toContain(String.raw`program /a\ \[b\]\ c/build/firmware.hex verify reset exit`);
  });

  it.each([
    ["Can't find target/stm32f4x.cfg", ToolMissingError, /is too old/],
    ['Error: open failed', DeviceError, /is plugged in/],
    ['Error: unable to find a matching CMSIS-DAP device', DeviceError, /is plugged in/],
    ['Error: libusb_open() failed with LIBUSB_ERROR_ACCESS', DeviceError, /may not be opened/],
    ['Error: init mode failed (unable to connect to the target)', DeviceError, /does not answer/],
    ['Error: auto_probe failed', DeviceError, /another chip/],
    ['** Verify Failed **', DeviceError, /did not keep/],
    ["Error: couldn't open /x.hex", BuildError, /does not take the file/],
    ['something new', DeviceError, /openocd failed/],
  ])('has one clear message for: %s', async (words, kind, message) => {
    const failure = executeFlash(plan(), { env: fake(failing(words)), usb: NO_USB });
    await expect(failure).rejects.toThrow(kind);
    await expect(failure).rejects.toThrow(message);
  });
});

describe('a microcontroller that dfu-util flashes', () => {
  const plan = () => planFlash(loadFirmwareBoard('netduinoplus2'), PRODUCTS, folder.path);
  const fake = (script: string) => fakeTool(folder.path, 'dfu-util', script);
  beforeEach(() => writeFileSync(join(folder.path, 'build/firmware.bin'), 'the image'));

  it('gets exactly the arguments that are shown', async () => {
    const said = join(folder.path, 'said');
    await executeFlash(plan(), { env: fake(`printf '%s ' "$@" > ${said}`) });
    expect(readFileSync(said, 'utf8').trimEnd()).toBe(
      `-d 0483:df11 -a 0 -s 0x08000000:leave -D ${folder.path}/build/firmware.bin`,
    );
  });

  it('tells how its boot loader starts', async () => {
    const failure = executeFlash(plan(), { env: fake(failing('No DFU capable USB device available')) });
    await expect(failure).rejects.toThrow(/boot loader of Netduino Plus 2 does not run/);
  });
});
