import type { FpgaBoard } from '../boards/board.js';
import { InputError } from '../errors.js';
import type { HdlProject } from '../hdl/index.js';
import type { BuildPlan, Command } from './build-plan.js';
import type { Level, Simulator } from './fpga-tools.js';
import { BUILD_FOLDER } from './layout.js';
import { safePath } from './safe-path.js';

/** What the simulated design is read from. */
interface Source {
  readonly commands: readonly Command[];
  readonly verilog: readonly string[];
  readonly inputs: readonly string[];
}

export interface SimulationOptions {
  readonly level: Level;
  readonly simulator: Simulator;
  /** For the level `bitstream`. */
  readonly unpacker: { readonly iceunpack: string; readonly iceboxVlog: string } | null;
  /** Files of hdl-templates/simulation, by name. */
  readonly bench: ReadonlyMap<string, string>;
}

const TIMEOUT_SECONDS = 1800;

/**
 * The plan of a simulated board: a program that speaks the protocol on its standard streams, and runs in the output folder.
 * For the levels `netlist` and `bitstream` the plans of synthesis and placement were carried out there before.
 */
export function planSimulation(
  project: HdlProject & { readonly constraints: string },
  board: FpgaBoard,
  { level, simulator, unpacker, bench }: SimulationOptions,
): BuildPlan<{ readonly program: string }> {
  const source = sourceOf(project, board, level, unpacker);
  const folder = `${BUILD_FOLDER}/${level}`;
  const program = `${folder}/${simulator.kind === 'verilator' ? 'Vtop' : 'board.vvp'}`;
  const perBit = String(project.clocksPerBit);
  const start = String(startClocks(project));
  const [top, flash] = project.flash === null ? [project.top, []] : ['chip', ['chip.v', 'spi_flash.v']];
  const simulate =
    simulator.kind === 'verilator'
      ? command(
          `verilate (${level})`,
          simulator.verilator,
          ...['--cc', '--exe', '--build', '-O3', '--top-module', top, '--prefix', 'Vtop', '--Mdir', folder],
          // Signals that no reset sets begin with 0 and 1 at random, as they may on the part.
          ...['--x-initial', level === 'rtl' ? 'unique' : '0', '-Wno-fatal', '-Wno-lint', '-Wno-style'],
          ...['-CFLAGS', `-O2 -DCLOCKS_PER_BIT=${perBit} -DSTART_CLOCKS=${start}`, '-o', 'Vtop'],
          ...source.verilog,
          ...flash,
          // The makefile runs in the folder that it was written to.
          '../../board.cpp',
        )
      : command(
          `compile for iverilog (${level})`,
          simulator.iverilog,
          ...['-g2005', '-o', program, '-s', 'board', `-DCHIP=${top}`],
          ...[`-Pboard.CLOCKS_PER_BIT=${perBit}`, `-Pboard.START_CLOCKS=${start}`],
          ...source.verilog,
          ...flash,
          'board.v',
        );
  return {
    name: `simulation-${level}`,
    files: new Map([...project.files, ...bench, ...flashMemory(project)]),
    folders: [folder],
    commands: [...source.commands, simulate],
    uf2: null,
    inputs: source.inputs,
    products: { program },
  };
}

/** What hdl-templates/simulation/spi_flash.v has: a byte a line. */
function flashMemory({ flash }: HdlProject): [string, string][] {
  if (flash === null) return [];
  const bytes = Buffer.from(flash.bytes).toString('hex').replace(/../g, '$&\n');
  return [['flash.hex', `@${flash.first.toString(16)}\n${bytes}`]];
}

/** The reset; then the flash loader takes two clocks a bit (hdl-templates/flash/flash_loader.v). */
function startClocks({ flash }: HdlProject): number {
  return 4096 + (flash === null ? 0 : 16 * flash.bytes.length + 4096);
}

function sourceOf(
  project: HdlProject & { readonly constraints: string },
  board: FpgaBoard,
  level: Level,
  unpacker: SimulationOptions['unpacker'],
): Source {
  const cells = 'ice40_cells.v';
  if (level === 'rtl') {
    const verilog = [...project.sources.map(safePath), ...(project.primitives ? [cells] : [])];
    return { commands: [], verilog, inputs: [] };
  }
  const { toolchain } = board;
  if (toolchain.kind !== 'ice40') {
    throw new InputError(`${board.title} can be simulated at the level rtl only`, {
      next: 'use --level rtl; netlist and bitstream are for boards with an iCE40',
    });
  }
  const netlist = `${BUILD_FOLDER}/netlist.v`;
  if (level === 'netlist') return { commands: [], verilog: [netlist, cells], inputs: [netlist] };
  if (unpacker === null) throw new RangeError('the level bitstream needs the unpacker');
  const bitstream = `${BUILD_FOLDER}/bitstream.bin`;
  const unpacked = `${BUILD_FOLDER}/unpacked.asc`;
  const logic = `${BUILD_FOLDER}/bitstream.v`;
  return {
    commands: [
      command('unpack the bitstream', unpacker.iceunpack, bitstream, unpacked),
      {
        ...command(
          'turn the bitstream into logic',
          unpacker.iceboxVlog,
          // With its comments: they say where a net goes, which finds the wires of cells that it does not know.
          ...['-n', 'top', '-p', safePath(project.constraints)],
          ...['-d', toolchain.package],
          unpacked,
        ),
        stdout: { file: logic, filter: { kind: 'unpacked-logic', asc: unpacked } },
      },
    ],
    verilog: [logic, cells],
    inputs: [bitstream],
  };
}

function command(title: string, program: string, ...args: string[]): Command {
  return { title, argv: [program, ...args], env: { LC_ALL: 'C' }, timeoutSeconds: TIMEOUT_SECONDS };
}
