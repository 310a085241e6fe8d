import { resolve } from 'node:path';
import { loadFirmwareBoard } from '../boards/index.js';
import { EXIT, InputError } from '../errors.js';
import {
  boardOfCore,
  cLibrary,
  CORES,
  NO_OWNER,
  usualCore,
  verilogCore,
  type CFormat,
  type CoreName,
  type ExamplePicture,
  type Format,
  type Owner,
} from '../export/index.js';
import { checkFit, kernelsFor, usualKernels, type KernelOptions } from '../firmware/index.js';
import type { TableNetwork } from '../network/index.js';
import { coreDesign, type DesignOptions } from './export-design.js';
import { requireNewFolder, writeNewFolder } from './export-folder.js';
import { exportPictures, type ExportPictures, type PictureOptions } from './export-pictures.js';
import { kernelChanges, type KernelChoice } from './kernel-choice.js';
import { modelOf, type ModelOptions } from './model-of.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface ExportOptions
  extends CommonOptions, KernelChoice, PictureOptions, DesignOptions, ModelOptions {
  readonly as: Format;
  readonly out: string;
  readonly core?: CoreName;
  readonly author?: string;
  readonly url?: string;
}

/** `tablize export`: a library of a network, as other tools expect one. */
export const exportLibrary: CommandBody<ExportOptions> = async (options, run) => {
  const { as: format, dryRun = false } = options;
  const { output } = run;
  const model = await modelOf(options, run);
  const { network } = model;
  const folder = resolve(options.out);
  requireNewFolder(folder, format);
  const plan = planOf(network, format, options);
  const pictures = await exportPictures(model, options, plan.examples, run);
  output.progress(`rendering ${format} of ${network.name}`);
  const files = plan.render(pictures);
  if (!dryRun) writeNewFolder(files, folder);
  const paths = [...files.keys()].sort();
  output.json({ model: network.name, format, ...plan.target, folder, dryRun, files: paths });
  if (dryRun) for (const path of paths) output.line(path);
  output.line(
    dryRun
      ? `${paths.length} files would be written into ${folder}`
      : `${paths.length} files in ${folder}; README.md there tells how to use them`,
  );
  return EXIT.ok;
};

/** What is to be rendered, and how many pictures go with it. */
interface Plan {
  /** What it is made for, for machines. */
  readonly target: Readonly<Record<string, string | null>>;
  readonly examples: number;
  render(pictures: ExportPictures): ReadonlyMap<string, string>;
}

function planOf(network: TableNetwork, format: Format, options: ExportOptions): Plan {
  return format === 'verilog' ? verilogPlan(network, options) : cPlan(network, format, options);
}

/** Pictures that the bench of a core runs. */
const BENCH_PICTURES = 4;

function verilogPlan(network: TableNetwork, options: ExportOptions): Plan {
  refuseOptions('C', '--as c, arduino, platformio or cmake', {
    '--core': options.core,
    '--optimize': options.optimize,
    '--kernel': options.kernel,
    '--author': options.author,
    '--url': options.url,
  });
  const design = coreDesign(network, options);
  return {
    target: {
      engine: design.engine,
      folding: design.engine === 'unrolled' ? null : `${design.folding.banks}x${design.folding.filters}`,
      board: options.board ?? null,
    },
    examples: BENCH_PICTURES,
    render: ({ examples, accuracy }) => verilogCore({ network, design, examples, accuracy }),
  };
}

/** Throws InputError where an option was given that only another format has. */
function refuseOptions(what: string, format: string, given: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(given).find((one) => given[one] !== undefined);
  if (name === undefined) return;
  throw new InputError(`${name} is for ${what}`, { where: name, next: `leave it out, or export ${format}` });
}

function cPlan(network: TableNetwork, format: CFormat, options: ExportOptions): Plan {
  refuseOptions('Verilog', '--as verilog', { '--engine': options.engine, '--folding': options.folding });
  const { kernels, madeFor, target } = kernelsOf(network, format, options);
  const owner: Owner = { author: options.author ?? NO_OWNER.author, url: options.url ?? NO_OWNER.url };
  return {
    target,
    examples: 1,
    render: ({ examples, accuracy }) => {
      const [example] = examples as readonly [ExamplePicture];
      return cLibrary({ network, format, kernels, madeFor, example, accuracy, owner });
    },
  };
}

/** Kernels for a board and what its memories leave, or for a core whatever the memories. */
function kernelsOf(
  network: TableNetwork,
  format: CFormat,
  { board: id, core, ...choice }: ExportOptions,
): { kernels: KernelOptions; madeFor: string; target: Plan['target'] } {
  const changes = kernelChanges(choice);
  if (id === undefined) {
    const name = core ?? usualCore(format);
    const kernels = { ...usualKernels(boardOfCore(name)), ...changes };
    return { kernels, madeFor: `a ${CORES[name].title}`, target: { core: name, board: null } };
  }
  if (core !== undefined)
    throw new InputError('--board names a core already', { where: '--core', next: 'leave one of them out' });
  const board = loadFirmwareBoard(id);
  checkFit(network, board, changes);
  const kernels = { ...kernelsFor(network, board), ...changes };
  return { kernels, madeFor: `the board ${board.id}`, target: { core: null, board: board.id } };
}
