import { listFirmwareBoards, loadFirmwareBoard, type FirmwareBoard } from '../boards/index.js';
import { picture } from '../data/index.js';
import { BuildError, EXIT, InputError, InterruptedError } from '../errors.js';
import {
  checkFit,
  kernelReport,
  networkMemory,
  type KernelReport,
  type NetworkMemory,
} from '../firmware/index.js';
import { createActivationCounter, type TableNetwork } from '../network/index.js';
import type { ActivationFacts } from '../report/compactness.js';
import { kernelLines } from '../report/kernels.js';
import { inspectLines, inspectNetwork, type BoardFit } from '../report/inspect.js';
import { kernelChanges, type KernelChoice } from './kernel-choice.js';
import type { LoadedModel } from './model.js';
import { modelOf, type ModelOptions } from './model-of.js';
import { loadPictures, type ImagesOptions } from './pictures.js';
import type { CommandBody, CommonOptions, Run } from './run.js';

interface InspectOptions extends CommonOptions, KernelChoice, ImagesOptions, ModelOptions {
  readonly tables?: boolean;
  readonly board?: string;
}

/** Pictures that are looked at where `--count` does not say; their entropies differ little from those of all. */
const PICTURES = 200;
const PICTURES_BETWEEN_LOOKS = 50;

/** `tablize inspect`: what is known of a network before it is built. */
export const inspect: CommandBody<InspectOptions> = async (options, run) => {
  const { tables = false, images, count } = options;
  const { output } = run;
  const model = await modelOf(options, run);
  const { network } = model;
  if (images === undefined && count !== undefined)
    throw new InputError('--count is a number of pictures, and none are given', {
      next: 'give them with --images, such as --images mnist:test',
    });
  const activations = images === undefined ? null : await countActivations(model, options, run);
  const memory = networkMemory(network);
  const report = inspectNetwork(
    network,
    listFirmwareBoards().map((board) => fit(network, memory, board)),
    activations,
  );
  const kernels = kernelsOn(network, options);
  output.json({ ...report, kernels });
  for (const line of inspectLines(network, report, tables)) output.line(line);
  for (const line of kernels === null ? [] : ['', ...kernelLines(kernels)]) output.line(line);
  return EXIT.ok;
};

/** What is chosen for the board that was named, if any. */
function kernelsOn(network: TableNetwork, options: InspectOptions): KernelReport | null {
  const changes = kernelChanges(options);
  if (options.board !== undefined) return kernelReport(network, loadFirmwareBoard(options.board), changes);
  if (Object.keys(changes).length === 0) return null;
  throw new InputError('--optimize and --kernel are for a board, and none is given', {
    next: 'give one with --board',
  });
}

async function countActivations(
  model: LoadedModel,
  options: ImagesOptions,
  { output, signal }: Run,
): Promise<ActivationFacts> {
  const data = loadPictures({ ...options, count: options.count ?? PICTURES }, model);
  const counter = createActivationCounter(model.network);
  const total = data.labels.length;
  for (let i = 0; i < total; i++) {
    counter.add(picture(data, i));
    if (i % PICTURES_BETWEEN_LOOKS === 0) {
      output.progress(`counting activations: ${i} of ${total} pictures`);
      await new Promise(setImmediate);
      if (signal.aborted) throw new InterruptedError();
    }
  }
  return { images: data.name, count: total, histograms: counter.histograms() };
}

function fit(
  network: TableNetwork,
  { tableBytes, weightBytes, workspaceBytes }: NetworkMemory,
  board: FirmwareBoard,
): BoardFit {
  return {
    board: board.id,
    flash: { tables: tableBytes + weightBytes, has: board.memory?.flash.size ?? null },
    ram: { workspace: workspaceBytes, has: board.memory?.ram.size ?? null },
    problem: problemOf(() => {
      checkFit(network, board);
    }),
  };
}

function problemOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}
