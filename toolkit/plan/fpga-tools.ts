import type { FpgaToolchain } from '../boards/board.js';
import { ToolMissingError } from '../errors.js';
import { findExecutable } from './find-executable.js';
import { ICE40_MEGABYTES, ice40Command, ice40Package, installIce40 } from './ice40-package.js';
import { versionOf } from './toolchain.js';

type Argv = readonly [string, ...string[]];

/** How much of a design is simulated: its Verilog, the netlist of cells, or the packed bitstream turned back into logic. */
export const LEVELS = ['rtl', 'netlist', 'bitstream'] as const;
export type Level = (typeof LEVELS)[number];

/** The levels at which a part can be simulated, from its Verilog on: netlists and bitstreams are those of an iCE40. */
export function levelsOf({ kind }: FpgaToolchain): readonly [Level, ...Level[]] {
  return kind === 'ice40' ? LEVELS : ['rtl'];
}

/** What a part's tools are called, from Verilog to a file to flash. */
interface Family {
  readonly synthesis: string;
  readonly placer: string;
  readonly packer: string;
  readonly install: string;
}

const FAMILIES: Readonly<Record<FpgaToolchain['kind'], Family>> = {
  ice40: {
    synthesis: 'yosys',
    placer: 'nextpnr-ice40',
    packer: 'icepack',
    install: '`apt-get install yosys nextpnr-ice40 fpga-icestorm`, or OSS CAD Suite',
  },
  ecp5: {
    synthesis: 'yosys',
    placer: 'nextpnr-ecp5',
    packer: 'ecppack',
    install: '`apt-get install yosys nextpnr-ecp5 prjtrellis` (Debian 13), or OSS CAD Suite',
  },
  gowin: {
    synthesis: 'yosys',
    placer: 'nextpnr-himbaechel',
    packer: 'gowin_pack',
    install: 'Yosys, nextpnr-himbaechel and apycula, which OSS CAD Suite has',
  },
};

/** The tools that make a bitstream on this machine. */
export interface FpgaTools {
  readonly yosys: Argv;
  readonly nextpnr: Argv;
  readonly pack: Argv;
  /** Names and versions, as a phrase. */
  readonly version: string;
  readonly why: string;
}

export interface FpgaToolOptions {
  readonly allowDownload?: boolean | undefined;
  /** Names packages where they would be fetched, and fetches nothing: for showing a plan. */
  readonly planOnly?: boolean | undefined;
  /** `npm`: the WebAssembly packages even where native tools are installed. */
  readonly prefer?: 'native' | 'npm' | undefined;
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Finds synthesis, placement and packing for a part: native tools on the PATH, else (iCE40) the WebAssembly packages of npm,
 * which are fetched on first need. Throws ToolMissingError with the missing tool's name and how to get it.
 */
export async function findFpgaTools(
  { kind }: FpgaToolchain,
  options: FpgaToolOptions = {},
): Promise<FpgaTools> {
  const env = options.env ?? process.env;
  const family = FAMILIES[kind];
  const names = [family.synthesis, family.placer, family.packer];
  const paths = names.map((name) => findExecutable(name, env));
  const [yosys, nextpnr, pack] = paths;
  const missing = names.filter((_, i) => paths[i] === null);
  if (options.prefer !== 'npm' && yosys != null && nextpnr != null && pack != null) {
    return {
      yosys: [yosys],
      nextpnr: [nextpnr],
      pack: [pack],
      version: await versions([yosys], [nextpnr], env),
      why: 'native tools on the PATH are preferred',
    };
  }
  if (options.prefer === 'native' || kind !== 'ice40') {
    throw new ToolMissingError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on the PATH`,
      {
        next: `install ${family.install}; \`tablize render\` and \`tablize emulate --level rtl\` need none of them`,
      },
    );
  }
  return npmTools(family, options, env, missing);
}

async function npmTools(
  { install }: Family,
  options: FpgaToolOptions,
  env: NodeJS.ProcessEnv,
  missing: readonly string[],
): Promise<FpgaTools> {
  const found = ice40Package(env);
  const planned = !found.installed && options.planOnly === true;
  if (!found.installed && !planned) {
    if (options.allowDownload !== true) {
      throw new ToolMissingError(`${missing.join(' and ')} not on the PATH, and fetching was not allowed`, {
        next: `install ${install}`,
      });
    }
    await installIce40({ progress: options.progress, signal: options.signal, env });
  }
  const [yosys, nextpnr, pack] = (['yosys', 'nextpnr-ice40', 'icepack'] as const).map((tool) =>
    ice40Command(found, tool),
  ) as [Argv, Argv, Argv];
  const absent = options.prefer === 'npm' ? 'asked for' : `${missing.join(', ')} not on the PATH`;
  return {
    yosys,
    nextpnr,
    pack,
    version: planned ? 'Yosys and nextpnr from npm' : await versions(yosys, nextpnr, env),
    why: `${absent}: WebAssembly packages of npm${planned ? `, to be fetched (${ICE40_MEGABYTES} MB)` : ''}`,
  };
}

async function versions(yosys: Argv, nextpnr: Argv, env: NodeJS.ProcessEnv): Promise<string> {
  const [synthesis, placement] = await Promise.all([
    versionOf([...yosys, '-V'], env, /Yosys [\w.+-]+/),
    versionOf([...nextpnr, '--version'], env, /\b\d+\.\d[\w.+-]*/),
  ]);
  const placer = nextpnr.map((word) => /nextpnr-\w+/.exec(word)?.[0]).find((name) => name !== undefined);
  return `${synthesis ?? 'Yosys'}, ${placer ?? 'nextpnr'} ${placement ?? ''}`.trim();
}

/** The programs that simulate a design on this machine. */
export type Simulator =
  | { readonly kind: 'verilator'; readonly verilator: string; readonly version: string }
  | { readonly kind: 'iverilog'; readonly iverilog: string; readonly vvp: string; readonly version: string };

/** Finds verilator with a C++ compiler and make, else iverilog. Throws ToolMissingError. */
export async function findSimulator(
  env: NodeJS.ProcessEnv = process.env,
  prefer?: Simulator['kind'],
): Promise<Simulator> {
  const [verilator, make, compiler, iverilog, vvp] = ['verilator', 'make', 'c++', 'iverilog', 'vvp'].map(
    (name) => findExecutable(name, env),
  );
  const firstLine = async (path: string, option: string): Promise<string> =>
    (await versionOf([path, option], env, /(Verilator|Icarus Verilog version) [\w.]+/)) ?? path;
  if (prefer !== 'iverilog' && verilator != null && make != null && compiler != null)
    return { kind: 'verilator', verilator, version: await firstLine(verilator, '--version') };
  if (prefer !== 'verilator' && iverilog != null && vvp != null)
    return { kind: 'iverilog', iverilog, vvp, version: await firstLine(iverilog, '-V') };
  throw new ToolMissingError('no simulator of Verilog is on the PATH', {
    next: 'install `apt-get install verilator g++ make` (fast), or `apt-get install iverilog`',
  });
}

/** The programs that turn a bitstream back into Verilog. Throws ToolMissingError. */
export function findUnpacker(env: NodeJS.ProcessEnv = process.env): {
  readonly iceunpack: string;
  readonly iceboxVlog: string;
} {
  const [iceunpack, iceboxVlog] = ['iceunpack', 'icebox_vlog'].map((name) => findExecutable(name, env));
  if (iceunpack != null && iceboxVlog != null) return { iceunpack, iceboxVlog };
  throw new ToolMissingError(
    `${iceunpack == null ? 'iceunpack' : 'icebox_vlog'} is not on the PATH: it turns the bitstream back into logic`,
    {
      next: 'install `apt-get install fpga-icestorm`, or check the netlist instead: --level netlist',
    },
  );
}
