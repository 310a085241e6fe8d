import { findExecutable } from './find-executable.js';
import { FLASHERS } from './flash/flashers.js';
import { versionOf } from './toolchain.js';

/** What tools are for; the order in which they are shown. */
export const TOOL_GROUPS = ['general', 'C', 'emulation', 'FPGA', 'flashing'] as const;
export type ToolGroup = (typeof TOOL_GROUPS)[number];

/** What the machine has of one tool. */
export interface ToolReport {
  readonly name: string;
  readonly group: ToolGroup;
  readonly purpose: string;
  readonly found: boolean;
  readonly version: string | null;
  /** A path, or null. */
  readonly where: string | null;
  /** What is used, and why. */
  readonly use: string;
  /** What to do to get it; null when nothing needs to be done. */
  readonly install: string | null;
}

/** A program that is found by its name on the PATH. */
export interface PathTool {
  readonly name: string;
  readonly group: ToolGroup;
  readonly purpose: string;
  /** The option that prints the version; null: it has none. */
  readonly versionOption: string | null;
  readonly version?: RegExp;
  /** What happens where it is missing. */
  readonly without: string;
  readonly install: string;
}

const SUITE = 'the OSS CAD Suite';
const fromNpm = (package_: string): string => `from npm (${package_}) at the first build`;

/** What yosys, nextpnr and others write among other words: 0.23, 0.4-1+b1, 5.006. */
const VERSION = /\d+\.\d[\w.+-]*/;

export const FPGA_TOOLS: readonly PathTool[] = [
  {
    name: 'yosys',
    group: 'FPGA',
    purpose: 'synthesizes Verilog',
    versionOption: '-V',
    without: fromNpm('@yowasp/yosys'),
    install: `\`apt-get install yosys\`, on macOS \`brew install yosys\`, or ${SUITE}`,
  },
  {
    name: 'nextpnr-ice40',
    group: 'FPGA',
    purpose: 'places and routes for iCE40',
    versionOption: '-V',
    without: fromNpm('@yowasp/nextpnr-ice40'),
    install: `\`apt-get install nextpnr-ice40\`, or ${SUITE}`,
  },
  {
    name: 'icepack',
    group: 'FPGA',
    purpose: 'packs bitstreams for iCE40',
    versionOption: null,
    without: fromNpm('@yowasp/nextpnr-ice40'),
    install: FLASHERS.iceprog.install,
  },
  {
    name: 'icebox_vlog',
    group: 'FPGA',
    purpose: 'turns bitstreams back into Verilog, to check them',
    versionOption: null,
    without: 'bitstreams are not checked',
    install: FLASHERS.iceprog.install,
  },
  {
    name: 'verilator',
    group: 'FPGA',
    purpose: 'simulates designs, fast',
    versionOption: '--version',
    without: 'iverilog simulates designs, slowly; without both they are not simulated',
    install: `\`apt-get install verilator\`, on macOS \`brew install verilator\`, or ${SUITE}`,
  },
  {
    name: 'iverilog',
    group: 'FPGA',
    purpose: 'simulates designs where verilator is missing, and their parts in tests',
    versionOption: '-V',
    without: 'tests of Verilog are skipped',
    install: `\`apt-get install iverilog\`, on macOS \`brew install icarus-verilog\`, or ${SUITE}`,
  },
];

export const EMULATORS: readonly PathTool[] = [
  {
    name: 'qemu-system-arm',
    group: 'emulation',
    purpose: 'emulates boards with a Cortex-M',
    versionOption: '--version',
    without: 'these boards are not emulated',
    install: '`apt-get install qemu-system-arm`, or on macOS `brew install qemu`',
  },
  {
    name: 'qemu-system-riscv32',
    group: 'emulation',
    purpose: 'emulates boards with a RISC-V core',
    versionOption: '--version',
    without: 'these boards are not emulated',
    install: '`apt-get install qemu-system-misc`, or on macOS `brew install qemu`',
  },
];

export const FLASHING_TOOLS: readonly PathTool[] = [
  {
    name: 'avrdude',
    group: 'flashing',
    purpose: 'flashes AVR boards on a serial port',
    // It has no option that prints its version alone; it ends its help with it.
    versionOption: '-?',
    version: /(?<=avrdude version )[\d.]+/,
    without: 'none',
    install: FLASHERS.avrdude.install,
  },
  {
    name: 'openocd',
    group: 'flashing',
    purpose: 'flashes ARM boards by their debug probes',
    versionOption: '--version',
    without: 'none',
    install: FLASHERS.openocd.install,
  },
  {
    name: 'wlink',
    group: 'flashing',
    purpose: 'flashes CH32V boards by a WCH-Link',
    versionOption: '--version',
    without: 'none',
    install: FLASHERS.wlink.install,
  },
  {
    name: 'iceprog',
    group: 'flashing',
    purpose: 'flashes iCE40 boards with an FTDI chip',
    versionOption: null,
    without: 'none',
    install: FLASHERS.iceprog.install,
  },
  {
    name: 'openFPGALoader',
    group: 'flashing',
    purpose: 'flashes ECP5 and Gowin boards',
    versionOption: '-V',
    without: 'none',
    install: FLASHERS.openfpgaloader.install,
  },
  {
    name: 'tinyprog',
    group: 'flashing',
    purpose: 'flashes the TinyFPGA BX',
    versionOption: '--version',
    without: 'none',
    install: FLASHERS.tinyprog.install,
  },
  {
    name: 'dfu-util',
    group: 'flashing',
    purpose: 'flashes boards with a DFU boot loader',
    versionOption: '-V',
    without: 'none',
    install: FLASHERS['dfu-util'].install,
  },
];

/** Looks for a tool on the PATH, and asks it for its version by one run of it. */
export async function reportOn(tool: PathTool, env: NodeJS.ProcessEnv): Promise<ToolReport> {
  const { name, group, purpose, versionOption, without, install } = tool;
  const where = findExecutable(name, env);
  if (where === null) {
    return { name, group, purpose, found: false, version: null, where, use: without, install };
  }
  const version =
    versionOption === null ? null : await versionOf([where, versionOption], env, tool.version ?? VERSION);
  const runs = version !== null || versionOption === null;
  return {
    name,
    group,
    purpose,
    found: true,
    version,
    where,
    use: runs ? 'the one on the PATH' : 'it does not tell its version: it may not run',
    install: runs ? null : install,
  };
}
