import type { FpgaBoard, FpgaToolchain } from '../boards/board.js';
import type { FpgaProject } from '../hdl/index.js';
import type { BuildPlan, Command } from './build-plan.js';
import type { FpgaTools } from './fpga-tools.js';
import { BUILD_FOLDER } from './layout.js';
import { safePath } from './safe-path.js';

/** What a build for an FPGA makes, as paths relative to the output folder. */
export type FpgaProducts = {
  readonly netlist: string;
  /** The netlist as Verilog. */
  readonly netlistVerilog: string;
  /** Multiplications before mapping, and those of them that only scale an index. */
  readonly multiplications: string;
  readonly indices: string;
  /** Counts of cells after mapping, and memories that block RAM did not take. */
  readonly cells: string;
  readonly memories: string;
  /** Timing and use of the part, as nextpnr reports it. */
  readonly report: string;
  /** What is flashed. */
  readonly bitstream: string;
};

const TIMEOUT_SECONDS = 1800;

const build = (name: string): string => `${BUILD_FOLDER}/${name}`;

/** What Yosys makes; enough for simulating the netlist. */
const SYNTHESIS = {
  netlist: build('netlist.json'),
  netlistVerilog: build('netlist.v'),
  multiplications: build('multiplications.json'),
  indices: build('indices.json'),
  cells: build('cells.json'),
  memories: build('memories.json'),
} as const;
const REPORT = build('report.json');

/** The plan of a netlist: files and one run of Yosys. */
export function planSynthesis(
  project: FpgaProject,
  tools: Pick<FpgaTools, 'yosys'>,
): BuildPlan<typeof SYNTHESIS> {
  return {
    name: 'synthesis',
    files: project.files,
    folders: [],
    commands: [command('synthesize', tools.yosys, '-q', '-l', build('yosys.log'), safePath(project.script))],
    uf2: null,
    inputs: [],
    products: SYNTHESIS,
  };
}

/** The plan of a bitstream from a netlist: placement, routing, packing. Pure: the same arguments give the same plan. */
export function planPlacement(
  project: FpgaProject,
  { toolchain, clockHz }: FpgaBoard,
  tools: Pick<FpgaTools, 'nextpnr' | 'pack'>,
): BuildPlan<Pick<FpgaProducts, 'report' | 'bitstream'>> {
  const constraints = safePath(project.constraints);
  const common = [
    '--json',
    SYNTHESIS.netlist,
    '--freq',
    String(clockHz / 1e6),
    // What misses its timing is told with the figures of the report.
    '--timing-allow-fail',
    '--report',
    REPORT,
    '--quiet',
  ];
  const { place, routed, pack, bitstream } = familyOf(toolchain, constraints);
  return {
    name: 'placement',
    files: flashFiles(project),
    folders: [],
    commands: [
      command('place and route', tools.nextpnr, ...place, ...common),
      command(`pack ${bitstream}`, tools.pack, ...pack(routed)),
    ],
    uf2: null,
    inputs: [SYNTHESIS.netlist, constraints],
    products: { report: REPORT, bitstream },
  };
}

/** The file whose bytes go into the flash memory, beside the bitstream. */
export const FLASH_DATA = 'weights.bin';

/** What is written with a bitstream, by name. */
export function flashFiles({ flash }: Pick<FpgaProject, 'flash'>): ReadonlyMap<string, Uint8Array> {
  return new Map(flash === null ? [] : [[FLASH_DATA, flash.bytes]]);
}

interface Placing {
  readonly place: readonly string[];
  readonly routed: string;
  readonly pack: (routed: string) => readonly string[];
  readonly bitstream: string;
}

function familyOf(toolchain: FpgaToolchain, constraints: string): Placing {
  switch (toolchain.kind) {
    case 'ice40': {
      const [routed, bitstream] = [build('routed.asc'), build('bitstream.bin')];
      const part = [`--${toolchain.device}`, '--package', toolchain.package];
      return {
        place: [...part, '--pcf', constraints, '--asc', routed],
        routed,
        pack: (from) => [from, bitstream],
        bitstream,
      };
    }
    case 'ecp5': {
      const [routed, bitstream] = [build('routed.config'), build('bitstream.bit')];
      const part = [`--${toolchain.device}`, '--package', toolchain.package, '--speed', toolchain.speed];
      return {
        place: [...part, '--lpf', constraints, '--textcfg', routed],
        routed,
        pack: (from) => ['--compress', '--input', from, '--bit', bitstream],
        bitstream,
      };
    }
    case 'gowin': {
      const [routed, bitstream] = [build('routed.json'), build('bitstream.fs')];
      const options = ['--vopt', `family=${toolchain.family}`, '--vopt', `cst=${constraints}`];
      return {
        place: ['--device', toolchain.device, ...options, '--write', routed],
        routed,
        pack: (from) => ['-d', toolchain.family, '-o', bitstream, from],
        bitstream,
      };
    }
  }
}

function command(title: string, program: readonly [string, ...string[]], ...args: string[]): Command {
  return { title, argv: [...program, ...args], env: { LC_ALL: 'C' }, timeoutSeconds: TIMEOUT_SECONDS };
}
