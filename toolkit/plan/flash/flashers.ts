import type { Trouble } from './trouble.js';

/** A program that writes to boards. */
export interface Flasher {
  readonly program: string;
  /** How to get it. */
  readonly install: string;
  /** What it means by what it says; the first that fits. */
  readonly meanings: readonly (readonly [says: RegExp, means: Trouble])[];
  /** What it says when it failed although its exit code is 0. */
  readonly failsWith?: RegExp;
  /** What it says over and over when there is no hope left, and how often is enough. */
  readonly hopeless?: { readonly says: RegExp; readonly times: number };
}

const SUITE = 'the OSS CAD Suite';

export const FLASHERS = {
  avrdude: {
    program: 'avrdude',
    install: '`apt-get install avrdude`, or on macOS `brew install avrdude`',
    meanings: [
      [/permission denied|access is denied/i, 'rights'],
      [/resource busy|being used/i, 'busy'],
      [/can't open device|cannot open (port|device)|no such file|cannot find the file/i, 'absent'],
      // It tells the signature whether it is the right one or not.
      [/expected signature|invalid device signature|signature .*doesn't match/i, 'wrong-part'],
      [/verif\w+ (error|mismatch)|content mismatch/i, 'not-kept'],
      [/device signature[^]*(not in sync|not responding|stk500\w*_recv|timeout)/i, 'stalled'],
      [/not in sync|not responding|getsync|stk500\w*_recv|timeout|initialization failed/i, 'silent'],
    ],
    // Five seconds each: ten tries to begin with, and then every byte that is left.
    hopeless: { says: /programmer is not responding|timeout communicating/gi, times: 3 },
  },
  wlink: {
    program: 'wlink',
    install: 'from https://github.com/ch32-rs/wlink, or `cargo install wlink`',
    meanings: [
      [/WCH-Link not found/i, 'absent'],
      [/access denied|permission denied|insufficient permissions/i, 'rights'],
      [/resource busy/i, 'busy'],
      [/chip mismatch|unknown RISC-V chip|doesn't support current chip/i, 'wrong-part'],
      [
        /not attached to an MCU|protocol error|fastprogram|DM Abstract|DM is busy|DMI status|operation timeout/i,
        'silent',
      ],
      [/\bio error/i, 'bad-file'],
    ],
  },
  openocd: {
    program: 'openocd',
    install: '`apt-get install openocd`, or on macOS `brew install open-ocd`',
    meanings: [
      [/can't find (interface|target|board)\//i, 'old-tool'],
      [/LIBUSB_ERROR_ACCESS|permission denied/i, 'rights'],
      [/LIBUSB_ERROR_BUSY|resource busy/i, 'busy'],
      [
        /open failed|unable to find .*(probe|device|adapter)|no device found|LIBUSB_ERROR_NO_DEVICE/i,
        'absent',
      ],
      [/unexpected idcode|cannot identify target|auto_probe failed|unknown (chip|device)/i, 'wrong-part'],
      [/verify failed|contents differ/i, 'not-kept'],
      [/couldn't open|no such file/i, 'bad-file'],
      [
        /init mode failed|cannot connect|unable to (connect|reset)|timed out|not (examined|halted)|no response/i,
        'silent',
      ],
    ],
  },
  /** It has the same words for a board that is not there, that is in use, and that may not be opened. */
  iceprog: {
    program: 'iceprog',
    install: `\`apt-get install fpga-icestorm\`, or ${SUITE}`,
    meanings: [
      [/can't find ice ftdi usb device/i, 'absent'],
      [/can't open '.*' for reading/i, 'bad-file'],
      // No flash answers: the lines stay high or low.
      [/flash ID: (0xFF 0xFF 0xFF|0x00 0x00 0x00)/, 'silent'],
      [/found difference between flash and file/i, 'not-kept'],
      [/read error|write error|failed to (reset|purge|get|set)/i, 'silent'],
    ],
  },
  openfpgaloader: {
    program: 'openFPGALoader',
    install: `\`apt-get install openfpgaloader\`, on macOS \`brew install openfpgaloader\`, or ${SUITE}`,
    meanings: [
      [/cannot find board/i, 'old-tool'],
      [/no dfu compatible device/i, 'boot-loader'],
      [/device not found|no cable found|can't get usb device/i, 'absent'],
      [/usb_open\(\) failed|inappropriate permissions|LIBUSB_ERROR_ACCESS/i, 'rights'],
      [/unable to claim usb device|fail to claim device|LIBUSB_ERROR_BUSY/i, 'busy'],
      [/more than one fpga found|only one device supported/i, 'several'],
      [
        /mismatch between target's idcode|unknown device with idcode|(device|manufacturer) \w+ not supported/i,
        'wrong-part',
      ],
      [/crc check *: *fail|verification failed|vefication failed|verify fail|error: crc/i, 'not-kept'],
      [/tdo is stuck|no device found|low level ftdi init|usb bulk|read id failed|timeout/i, 'silent'],
      [
        /incompatible file format|parse file.*fail|can't parse|fail(ed)? to (open|parse)|no such file/i,
        'bad-file',
      ],
    ],
    failsWith: /\bFAIL\b/,
  },
  tinyprog: {
    program: 'tinyprog',
    // It imports pkg_resources, which newer versions of setuptools, and Python from 3.12 on, come without.
    install: "`pip install tinyprog 'setuptools<81'`",
    meanings: [
      [/ModuleNotFoundError|ImportError/, 'broken-tool'],
      [/permission denied/i, 'rights'],
      [/resource busy|exclusively lock/i, 'busy'],
      [/no active bootloaders found|bootloader not active/i, 'boot-loader'],
      [/could not open port|no such file/i, 'absent'],
      [/may overwrite the usb bootloader|unknown bitstream extension/i, 'bad-file'],
      [/FAILED!/, 'not-kept'],
      [/failed to (read|write|flush)|timeout|missing address map|'NoneType' object/i, 'silent'],
    ],
  },
  'dfu-util': {
    program: 'dfu-util',
    install: `\`apt-get install dfu-util\`, on macOS \`brew install dfu-util\`, or ${SUITE}`,
    meanings: [
      // What it may not open it does not count among the devices.
      [/LIBUSB_ERROR_ACCESS/, 'rights'],
      [/cannot claim interface|LIBUSB_ERROR_BUSY/i, 'busy'],
      [/no dfu capable usb device/i, 'boot-loader'],
      [/more than one dfu capable/i, 'several'],
      [/does not match device|not targeted for use by this device/i, 'wrong-part'],
      [/failed verification|errVERIFY/i, 'not-kept'],
      [/could not open file|dfu suffix needed|dfuse file/i, 'bad-file'],
      [/error during download|error sending completion|lost device|communication error|dfuERROR/i, 'silent'],
      [/error resetting after download/i, 'not-restarted'],
    ],
  },
} as const satisfies Record<string, Flasher>;
