import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assetPath } from '../assets.js';
import type { FpgaBoard } from '../boards/index.js';
import { BuildError, InputError } from '../errors.js';
import {
  chooseFolding,
  chooseStore,
  fpgaProject,
  type Candidate,
  type DeviceEstimate,
  type Folding,
  type FpgaProject,
} from '../hdl/index.js';
import type { TableNetwork } from '../network/index.js';
import {
  describeCommand,
  describeFpgaFlash,
  executeFpgaFlash,
  executePlan,
  findFpgaTools,
  findSimulator,
  findUnpacker,
  FLASH_DATA,
  flashFiles,
  levelsOf,
  planFpgaFlash,
  planPlacement,
  planSimulation,
  planSynthesis,
  readPlacement,
  readUtilization,
  requireFit,
  requireGoodNetlist,
  type FpgaFlashPlan,
  type FpgaTools,
  type Level,
  type Placed,
  type Utilization,
} from '../plan/index.js';
import type { BuildFacts } from '../report/deployment.js';
import { grouped } from '../report/text.js';
import type { Builder, Built, Goal, ToolChoice } from './builder.js';
import { flashAccess } from './flash-access.js';
import type { FlashTarget } from './flash-target.js';
import { outFolder } from './out-folder.js';
import type { Run } from './run.js';

export interface FpgaOptions {
  readonly out?: string;
  /** How much of the design is simulated. */
  readonly level?: Level;
  /** The sequential engine, or a design in which every neuron is logic of its own. */
  readonly engine?: 'sequential' | 'unrolled';
  readonly folding?: Folding;
  readonly toolchain?: ToolChoice;
  readonly simulator?: 'verilator' | 'iverilog';
}

interface Context {
  readonly board: FpgaBoard;
  readonly network: TableNetwork;
  readonly folder: string;
  readonly level: Level;
  readonly project: FpgaProject;
  /** Of the sequential engine; null: unrolled. */
  readonly design: Candidate | null;
  readonly options: FpgaOptions;
}

/** Verilog for an FPGA. */
export function fpgaBuilder(board: FpgaBoard, network: TableNetwork, options: FpgaOptions): Builder {
  const folder = outFolder(board, network, options.out);
  const level = options.level ?? defaultLevel(board);
  const context = (): Context => {
    const design = designOf(board, network, options);
    const project = fpgaProject(network, board, design ?? 'unrolled');
    return { board, network, folder, level, design, options, project };
  };
  return {
    folder,
    render: () => {
      const { project } = context();
      return {
        files: new Map<string, string | Uint8Array>([...project.files, ...flashFiles(project)]),
        next: 'make the folder build in it, and run `yosys synthesis.ys` there',
      };
    },
    describe: (goal, target, run) => describeBuild(context(), goal, target, run),
    build: (goal, run) => build(context(), goal, run),
  };
}

/** What the user asks for, or the folding with the fewest clocks that fits. Throws BuildError where none does. */
function designOf(
  board: FpgaBoard,
  network: TableNetwork,
  { engine, folding }: FpgaOptions,
): Candidate | null {
  if (engine === 'unrolled') {
    if (folding === undefined) return null;
    throw new InputError('--folding is for the sequential engine', {
      next: 'leave it out, or leave --engine out',
    });
  }
  const shell = { receiveBuffer: board.serial.receiveBuffer, trace: board.trace };
  const resources = { ...board.cells, flash: board.spiFlash !== null };
  if (folding !== undefined) return chooseStore(network, folding, resources, shell);
  const choice = chooseFolding(network, resources, shell);
  if (choice.fits) return choice;
  const { banks, filters } = choice.nearest.folding;
  const names = { logicCells: 'logic cells', blockRams: 'block RAMs' };
  const short = choice.short
    .map(
      ({ resource, needed, available }) => `${grouped(needed)} ${names[resource]} of ${grouped(available)}`,
    )
    .join(', ');
  throw new BuildError(
    `"${network.name}" does not fit ${board.title}: the folding that comes nearest, ${banks}x${filters}, needs ${short}`,
    {
      where: board.part,
      next: `make its layers smaller, use fewer levels, or choose a board with a larger part${board.cells.sprams > 0 && board.spiFlash === null ? ', or with the same and a flash memory that fills its SPRAMs' : ''} (\`tablize boards\`)`,
    },
  );
}

/** What is simulated unless a level is asked for: what would be flashed, where that can be turned back into logic. */
export function defaultLevel({ toolchain }: FpgaBoard): Level {
  return levelsOf(toolchain).at(-1) ?? 'rtl';
}

function toolsOf(choice: ToolChoice | undefined): 'native' | 'npm' | undefined {
  if (choice === 'gcc' || choice === 'zig')
    throw new InputError(`--toolchain ${choice} is for C`, { next: 'for an FPGA it is native or npm' });
  return choice;
}

async function describeBuild(
  context: Context,
  goal: Goal,
  target: FlashTarget | null,
  { output }: Run,
): Promise<string[]> {
  const { board, project, level, options } = context;
  const commands = [];
  if (goal === 'flash' || level !== 'rtl') {
    const tools = await findFpgaTools(board.toolchain, {
      planOnly: true,
      prefer: toolsOf(options.toolchain),
    });
    output.progress(`${tools.version}: ${tools.why}`);
    commands.push(...planSynthesis(project, tools).commands);
    if (goal === 'flash' || level === 'bitstream')
      commands.push(...planPlacement(project, board, tools).commands);
  }
  if (goal === 'emulate') commands.push(...(await simulation(context)).plan.commands);
  const { bitstream } = planPlacement(project, board, NO_TOOLS).products;
  const flash = target === null ? [] : describeFpgaFlash(flashing(context, bitstream, target));
  return [...commands.map(describeCommand), ...flash];
}

/** For a plan of which only the paths are wanted. */
const NO_TOOLS = { nextpnr: ['nextpnr'], pack: ['pack'] } as const;

function flashing(
  { board, folder, project }: Context,
  bitstream: string,
  { device }: FlashTarget,
): FpgaFlashPlan {
  const { flash, title, serial } = board;
  if (
    flash.kind === 'none' ||
    flash.kind === 'uf2-drive' ||
    flash.kind === 'avrdude' ||
    flash.kind === 'wlink' ||
    flash.kind === 'openocd'
  )
    throw new InputError(`${title} is not flashed`, { next: 'give its board file a way of flashing' });
  const data = project.flash && { path: join(folder, FLASH_DATA), offset: project.flash.first };
  const image = { title, bitstream: join(folder, bitstream), data, usb: serial.usb };
  return planFpgaFlash(flash, image, { device });
}

async function build(context: Context, goal: Goal, run: Run): Promise<Built> {
  const { board, folder, level, design } = context;
  const { output } = run;
  output.line(
    design === null
      ? `${board.title}: every neuron is logic of its own, a picture a clock`
      : `${board.title}: ${designLine(design)}`,
  );
  if (design !== null) output.line(`expected: ${estimateLine(board, design.estimate)}`);
  const hardware =
    goal === 'flash' || level !== 'rtl'
      ? await makeHardware(context, goal === 'flash' || level === 'bitstream', run)
      : null;
  const simulated = goal === 'emulate' ? await simulation(context) : null;
  if (simulated !== null)
    await executePlan(simulated.plan, folder, { progress: output.progress, signal: run.signal });
  const facts: BuildFacts = {
    size: hardware === null ? null : sizeOf(hardware),
    multiplies: hardware === null ? null : { inference: 0, floats: 0 },
    toolchain: [hardware?.tools.version, simulated?.version].filter((text) => text !== undefined).join(', '),
    fpga: {
      folding: design === null ? null : design.folding,
      weights: design === null ? null : design.store,
      clockHz: board.clockHz,
      estimate: design === null ? null : estimateFacts(design.estimate),
    },
  };
  return {
    folder,
    products: [
      ...(hardware?.placed == null ? [] : [join(folder, hardware.bitstream)]),
      ...(simulated === null ? [] : [join(folder, simulated.plan.products.program)]),
    ],
    facts,
    image: simulated === null ? null : { level, argv: simulated.argv, folder, polled: simulated.polled },
    flash: async (target, flashRun) => {
      if (hardware?.placed == null) throw new RangeError('nothing was built for flashing');
      for (const note of board.notes) output.line(note);
      await executeFpgaFlash(flashing(context, hardware.bitstream, target), flashAccess(folder, flashRun));
    },
  };
}

function designLine({ folding: { banks, filters }, store: { packed, largeBits } }: Candidate): string {
  return [
    `${banks} columns x ${filters} filters, at most ${banks * filters} lookups a clock`,
    ...(packed ? ['weights packed'] : []),
    ...(largeBits > 0
      ? [`${largeBits} bits of each word of weights in SPRAM, filled from the flash memory`]
      : []),
  ].join(', ');
}

function estimateLine(
  { cells }: FpgaBoard,
  { luts, logicCells, blockRams, sprams, clocksPerPicture }: DeviceEstimate,
): string {
  return `about ${grouped(luts)} LUTs in ${grouped(logicCells)} of ${grouped(cells.luts)} logic cells, ${blockRams} of ${cells.blockRams} block RAMs${sprams === 0 ? '' : `, ${sprams} of ${cells.sprams} SPRAMs`}, ${grouped(clocksPerPicture)} clocks a picture`;
}

/** For the report: of all stages, and of those that look products up. */
function estimateFacts({ luts, blockRams, clocksPerPicture, bandwidthShare, stages }: DeviceEstimate) {
  const looking = stages.filter(({ products }) => products > 0);
  const total = (pick: (stage: (typeof stages)[number]) => number): number =>
    looking.reduce((sum, stage) => sum + pick(stage), 0);
  return {
    luts,
    brams: blockRams,
    clocksPerPicture,
    lookupsPerClock: round(total(({ products }) => products) / total(({ clocks }) => clocks)),
    bandwidthShare: round(bandwidthShare),
    stages: stages.map((stage) => ({ ...stage, lookupsPerClock: round(stage.lookupsPerClock) })),
  };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

/** A netlist that multiplies nothing and fits, and where it is wanted the bitstream. */
interface Hardware {
  readonly tools: FpgaTools;
  readonly used: Utilization;
  readonly placed: Placed | null;
  readonly bitstream: string;
}

async function makeHardware(context: Context, place: boolean, { output, signal }: Run): Promise<Hardware> {
  const { board, folder, project, options } = context;
  const running = { progress: output.progress, signal };
  const tools = await findFpgaTools(board.toolchain, {
    allowDownload: true,
    prefer: toolsOf(options.toolchain),
    ...running,
  });
  output.line(`${tools.version} (${tools.why}): ${folder}`);
  const synthesis = planSynthesis(project, tools);
  await executePlan(synthesis, folder, running);
  const { products } = synthesis;
  const used = readUtilization(folder, products.cells, board.toolchain.kind);
  requireGoodNetlist(folder, products, used);
  output.line(
    `netlist: ${grouped(used.luts)} of ${grouped(board.cells.luts)} LUTs, ${grouped(used.flipFlops)} flip-flops, ${used.blockRams} of ${board.cells.blockRams} block RAMs, no multiplier`,
  );
  const smaller = smallerFolding(context);
  requireFit(board, used, smaller);
  const placement = planPlacement(project, board, tools);
  const { bitstream } = placement.products;
  if (!place) return { tools, used, placed: null, bitstream };
  await executePlan(placement, folder, running);
  const placed = readPlacement(folder, placement.products.report);
  const clock = board.clockHz / 1e6;
  if (placed.fmaxMHz < clock) {
    throw new BuildError(
      `the design reaches ${placed.fmaxMHz.toFixed(1)} MHz, and the clock of ${board.title} is ${clock} MHz`,
      { where: join(folder, placement.products.report), next: smaller },
    );
  }
  return { tools, used, placed, bitstream };
}

function smallerFolding({ design }: Context): string {
  if (design === null) return 'compute one after the other: --engine sequential';
  const { banks, filters } = design.folding;
  if (filters > 1) return `compute less at once: --folding ${banks}x${Math.floor(filters / 2)}`;
  if (banks > 1) return `compute less at once: --folding ${banks / 2}x${filters}`;
  return 'take a smaller network, or a board with a larger part (`tablize boards`)';
}

function sizeOf({ used, placed }: Hardware): NonNullable<BuildFacts['size']> {
  return {
    luts: used.luts,
    flipFlops: used.flipFlops,
    brams: used.blockRams,
    sprams: used.sprams,
    logicCells: placed?.logicCells ?? null,
    fmaxMHz: placed?.fmaxMHz ?? null,
  };
}

/** The plan of the simulated board, and how it is run. */
async function simulation({ board, project, folder, level, options }: Context): Promise<{
  readonly plan: ReturnType<typeof planSimulation>;
  readonly argv: readonly [string, ...string[]];
  readonly polled: boolean;
  readonly version: string;
}> {
  const simulator = await findSimulator(process.env, options.simulator);
  const unpacker = level === 'bitstream' ? findUnpacker() : null;
  const plan = planSimulation(project, board, { level, simulator, unpacker, bench: benchFiles() });
  const program = join(folder, plan.products.program);
  return {
    plan,
    argv: simulator.kind === 'verilator' ? [program] : [simulator.vvp, program],
    polled: simulator.kind === 'iverilog',
    version: simulator.version,
  };
}

function benchFiles(): ReadonlyMap<string, string> {
  const from = assetPath('hdl-templates/simulation');
  return new Map(readdirSync(from).map((name) => [name, readFileSync(join(from, name), 'utf8')]));
}
