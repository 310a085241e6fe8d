import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildError, DeviceError, ToolMissingError } from '../../toolkit/errors.js';
import { executeFpgaFlash, planFpgaFlash, type FpgaFlash } from '../../toolkit/plan/index.js';
import { failing, fakeTool } from './fake-tool.js';
import { temporaryFolder } from './tiny.js';

/** The FPGA flashers of which words are known. */
const FLASH = {
  iceprog: { kind: 'iceprog' },
  openFPGALoader: { kind: 'openfpgaloader', board: 'ulx3s' },
  tinyprog: { kind: 'tinyprog' },
  'dfu-util': { kind: 'dfu-util', vendor: '1d50', product: '614b', alt: 0 },
} as const satisfies Record<string, FpgaFlash>;
type Program = keyof typeof FLASH;

const PRESENT = 'flash ID: 0xEF 0x40 0x18 0x00';
const DIFFERENT = 'Found difference between flash and file!\nABORT.';
const NO_ICE =
  "init..\nCan't find iCE FTDI USB device (vendor_id 0x0403, device_id 0x6010 or 0x6014).\nABORT.";
const NOT_OPEN = '\nJTAG init failed with: unable to open ftdi device';
const port = (errno: string): string => `Failed to open serial port:\n[${errno}: '/dev/ttyACM0'`;

/** What the tools really print, and the error that it becomes. */
const WORDS: Readonly<Record<Program, readonly (readonly [says: string, means: RegExp])[]>> = {
  iceprog: [
    [NO_ICE, /^no Some Board is plugged in; iceprog says:\n {2}init\.\./],
    ["iceprog: can't open '/x.bin' for reading: Permission denied", /does not take the file/],
    [`flash ID: 0xFF 0xFF 0xFF 0xFF\n${DIFFERENT}`, /does not answer/],
    [`${PRESENT}\n${DIFFERENT}`, /did not keep/],
    [`${PRESENT}\nWrite error (chunk, rc=-4, expected 256).\nABORT.`, /does not answer/],
    ['something new', /^iceprog failed; iceprog says:\n {2}something new$/],
  ],
  openFPGALoader: [
    [`unable to open ftdi device: -3 (device not found)${NOT_OPEN}`, /no Some Board is plugged in/],
    [`unable to open ftdi device: -4 (usb_open() failed)${NOT_OPEN}`, /may not be opened/],
    [`unable to open ftdi device: -4 (libusb_open() failed)${NOT_OPEN}`, /may not be opened/],
    ['unable to open ftdi device: -8 (inappropriate permissions on device!)', /may not be opened/],
    [`unable to open ftdi device: -5 (unable to claim usb device. Make sure the default`, /in use/],
    [
      "Error: Failed to claim FPGA device: mismatch between target's idcode and bitstream idcode\n" +
        '\tbitstream has 0x41113043 hardware requires 0x41111043',
      /another chip/,
    ],
    ['JTAG init failed with: Unknown device with IDCODE: 0x12345678 (manufacturer: 0x33c', /another chip/],
    ['Error: device 4ba00477 not supported', /another chip/],
    ['JTAG init failed with: TDO is stuck at 0', /does not answer/],
    ['Error: no device found', /does not answer/],
    ["Error: cannot find board 'ulx3s'", /is too old/],
    ['Error: Failed to claim FPGA device: incompatible file format', /does not take the file/],
    ['Verification failed at 0', /did not keep/],
    ['Error: more than one FPGA found\nUse --index-chain to force selection', /several/],
    ['DFU init failed with: No DFU compatible device found', /boot loader of Some Board does not run/],
  ],
  tinyprog: [
    ['    No port was specified and no active bootloaders found.', /boot loader of Some Board does not run/],
    [port('Errno 13] could not open port /dev/ttyACM0: [Errno 13] Permission denied'), /may not be opened/],
    [port('Errno 16] could not open port /dev/ttyACM0: [Errno 16] Device or resource busy'), /in use/],
    [port('Errno 2] could not open port /dev/ttyACM0: [Errno 2] No such file or directory'), /not there/],
    ['    135100 bytes to program\n    FAILED!', /did not keep/],
    ["ModuleNotFoundError: No module named 'pkg_resources'", /does not run/],
    ['Failed to read from serial port:\ndevice reports readiness to read but', /does not answer/],
    ['    The address given may overwrite the USB bootloader.', /does not take the file/],
  ],
  'dfu-util': [
    ['dfu-util: No DFU capable USB device available', /boot loader of Some Board does not run/],
    [
      'dfu-util: Cannot open DFU device 1d50:614b found on devnum 7 (LIBUSB_ERROR_ACCESS)\n' +
        'dfu-util: No DFU capable USB device available',
      /may not be opened/,
    ],
    ['dfu-util: Cannot claim interface 0: LIBUSB_ERROR_BUSY', /in use/],
    ['dfu-util: More than one DFU capable USB device found!', /several/],
    ['Error: File ID 1209:5af0 does not match device (1d50:614b or 1d50:614b)', /another chip/],
    ['dfu-util: Error during download get_status (LIBUSB_ERROR_NO_DEVICE)', /does not answer/],
    ['dfu-util: error resetting after download (LIBUSB_ERROR_NO_DEVICE)', /is written, but has not/],
    ['dfu-util: Could not open file x for reading: No such file or directory', /does not take the file/],
  ],
};

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const usb = () => ({ sys: join(folder.path, 'sys'), dev: join(folder.path, 'dev') });

/** Flashes by a tool that is this script. */
async function flashBy(program: Program, script: string): Promise<void> {
  const bitstream = join(folder.path, 'bitstream.bin');
  writeFileSync(bitstream, 'the bits');
  const plan = planFpgaFlash(FLASH[program], {
    title: 'Some Board',
    bitstream,
    usb: [{ vendor: '0403', product: '6010' }],
  });
  await executeFpgaFlash(plan, { env: fakeTool(folder.path, program, script), usb: usb() });
}

describe.each(Object.entries(WORDS))('%s', (name, cases) => {
  const program = name as Program;
  it.each(cases.map(([says, means]) => [says.trim().split('\n').at(-1) ?? '', says, means] as const))(
    'says: %s',
    async (_line, says, means) => {
      const failure = flashBy(program, failing(says));
      await expect(failure).rejects.toThrow(means);
      await expect(failure).rejects.toMatchObject({ next: expect.stringMatching(/\w+/) as string });
    },
  );
});

describe('the error', () => {
  it('is of the kind that its exit code tells', async () => {
    await expect(flashBy('iceprog', failing(NO_ICE, 2))).rejects.toBeInstanceOf(DeviceError);
    await expect(flashBy('iceprog', failing("can't open 'x' for reading"))).rejects.toBeInstanceOf(
      BuildError,
    );
    await expect(
      flashBy('openFPGALoader', failing("Error: cannot find board 'ulx3s'")),
    ).rejects.toBeInstanceOf(ToolMissingError);
  });

  it('comes although the exit code is 0, where a tool does not tell', async () => {
    const words = 'write Flash: 100.00%\nDone\nCRC check : FAIL\nRead: 0x0000431b checksum: 0xb4bb';
    await expect(flashBy('openFPGALoader', failing(words, 0))).rejects.toThrow(/did not keep/);
    await flashBy('openFPGALoader', failing('Done\nCRC check : Success', 0));
  });

  it('shows of a line that is drawn over and over what a terminal shows', async () => {
    const drawn = Array.from({ length: 100 }, (_, i) => `addr 0x0${i} ${i}%\r`).join('');
    await expect(flashBy('iceprog', failing(`${drawn}${DIFFERENT}`))).rejects.toThrow(
      /iceprog says:\n {2}Found difference between flash and file!\n {2}ABORT\.$/,
    );
  });
});

describe('a board that iceprog does not find', () => {
  /** As Linux lists USB devices; the second is an interface of the first. */
  function plugIn(node: boolean): void {
    const { sys, dev } = usb();
    mkdirSync(join(sys, '1-2'), { recursive: true });
    mkdirSync(join(sys, '1-2:1.0'));
    const attributes = { idVendor: '0403', idProduct: '6010', busnum: '1', devnum: '7' };
    for (const [name, value] of Object.entries(attributes))
      writeFileSync(join(sys, '1-2', name), `${value}\n`);
    mkdirSync(join(dev, '001'), { recursive: true });
    if (node) writeFileSync(join(dev, '001', '007'), '');
  }

  it('may be closed to the user: the rule that opens it is told', async () => {
    plugIn(false);
    const failure = flashBy('iceprog', failing(NO_ICE));
    await expect(failure).rejects.toThrow(/may not be opened/);
    await expect(failure).rejects.toMatchObject({
      where: 'USB 0403:6010',
      next: expect.stringContaining(
        'SUBSYSTEM=="usb", ATTR{idVendor}=="0403", ATTR{idProduct}=="6010", TAG+="uaccess"',
      ) as string,
    });
  });

  it('may be held by another program', async () => {
    plugIn(true);
    await expect(flashBy('iceprog', failing(NO_ICE))).rejects.toThrow(/in use by another program/);
  });
});
