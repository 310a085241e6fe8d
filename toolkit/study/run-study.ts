import { existsSync } from 'node:fs';
import { InputError, InterruptedError, TablizeError } from '../errors.js';
import { makeWritableFolder } from '../model/index.js';
import { claimWork, dataFacts, type DataFacts, type DataPair } from './data-facts.js';
import { distributionsPath, measureDistributions, writeDistributions } from './distributions.js';
import { floatNetwork, type CellRun, type FloatNetwork } from './float-network.js';
import { floatId, type Cell, type Study } from './grid.js';
import { appendResult, checkData, readResults, resultsPath, type CellResult } from './results.js';
import { measureCell, modelsOf, runCell, tidyCell, type CellModels } from './run-cell.js';

export interface StudyRun {
  readonly study: Study;
  /** The command line of the whole study, for the networks' provenance. */
  readonly command?: string | undefined;
  /** The cells of the study that this run is for. */
  readonly cells: readonly Cell[];
  /** Folder for models. */
  readonly work: string;
  /** Folder for results. */
  readonly out: string;
  /** Called once, when there is something to do. */
  readonly loadData: () => DataPair;
  /** A line that must not be lost. */
  readonly say: (line: string) => void;
  readonly progress: (line: string) => void;
  /** A cell could not be finished; the others go on. */
  readonly onFailure: (failure: CellFailure) => void;
  readonly signal: AbortSignal;
}

export interface CellFailure {
  readonly cell: Cell;
  /** "cell 3 of 24". */
  readonly place: string;
  readonly error: unknown;
}

/**
 * Runs the cells that have no result yet, in order, and writes a line for each that is finished; distributions of the
 * cells that the study wants them of, too. What fails once is told and not tried again in this run.
 *
 * @throws InterruptedError when the signal is aborted, and InputError when the disk is full or another thing of the
 * machine stands in the way: finished cells are kept, the same call goes on.
 */
export async function runStudy(run: StudyRun): Promise<readonly CellFailure[]> {
  const { study, cells, out, onFailure } = run;
  const path = resultsPath(out);
  const before = readResults(path);
  const isWanted = (cell: Cell): boolean =>
    study.distributions.includes(cell.id) && !existsSync(distributionsPath(out, cell.id));
  const finished = new Set(before.results.map(({ cell }) => cell));
  if (cells.every((cell) => finished.has(cell.id) && !isWanted(cell))) return [];
  // Hours of work end there.
  makeWritableFolder(out);
  const data = run.loadData();
  const facts = dataFacts(study.data, data);
  checkData(path, before, facts);
  claimWork(run.work, facts);

  const failures: CellFailure[] = [];
  const floats = sharedFloats();
  for (const [i, cell] of cells.entries()) {
    // Read anew each time: another process may have finished the cell.
    const known = readResults(path).results.find((result) => result.cell === cell.id) ?? null;
    const place = `cell ${i + 1} of ${cells.length}`;
    try {
      const task = { ...run, data, facts, place, known, floats, distributions: isWanted(cell) };
      if (known === null) await finishCell(cell, task);
      else if (task.distributions) addDistributions(cell, known, task);
      tidyCell(cell, run.work);
    } catch (error) {
      if (run.signal.aborted || error instanceof InterruptedError)
        throw new InterruptedError(`${place}: ${messageOf(error)}; ${standing(cells, path)}`);
      if (isOfTheMachine(error))
        throw new InputError(`${place}: ${messageOf(error)}; ${standing(cells, path)}`, {
          where: (error instanceof TablizeError ? error.where : undefined) ?? run.work,
          next: 'Make room, or what else is needed there; the same command goes on.',
          cause: error,
        });
      const failure = { cell, place, error };
      failures.push(failure);
      onFailure(failure);
    }
  }
  return failures;
}

interface Task extends StudyRun {
  readonly data: DataPair;
  readonly facts: DataFacts;
  readonly place: string;
  readonly floats: SharedFloats;
  /** Whether they are to be measured. */
  readonly distributions: boolean;
}

async function finishCell(cell: Cell, task: Task): Promise<void> {
  const { facts, place, floats, out, say, data } = task;
  if (task.signal.aborted) throw new InterruptedError();
  say(`${place}: ${cell.id}`);
  const run: CellRun = {
    ...task,
    progress: (line) => {
      task.progress(`${place}: ${line}`);
    },
  };
  const float = await floats(cell, run);
  const models = await runCell(cell, float, run);
  const result = await measureCell(cell, models, facts, run);
  // The line comes last: a cell that has one is whole.
  if (task.distributions) writeDistributions(out, measureDistributions(cell.id, models, data.test));
  appendResult(resultsPath(out), result);
  say(`${place}: ${describe(result)}`);
}

/** Distributions that were asked for after the cell was finished. */
function addDistributions(cell: Cell, known: CellResult, { work, out, data, place, say }: Task): void {
  const models: CellModels | null = modelsOf(cell, work, known);
  if (models === null) {
    say(`${place}: no distributions, as the networks that gave its result are not in ${work} any more`);
    return;
  }
  writeDistributions(out, measureDistributions(cell.id, models, data.test));
  say(`${place}: ${cell.id}: distributions added`);
}

type SharedFloats = (cell: Cell, run: CellRun) => Promise<FloatNetwork>;

/** Float networks; one that failed is not tried again for the next cell. */
function sharedFloats(): SharedFloats {
  const failed = new Map<string, unknown>();
  return async (cell, run) => {
    const id = floatId(cell);
    if (failed.has(id)) throw failed.get(id);
    return await floatNetwork(cell, run).catch((error: unknown) => {
      failed.set(id, error);
      throw error;
    });
  };
}

const points = (fraction: number): string => (100 * fraction).toFixed(2);

function describe({ accuracy: { float, table } }: CellResult): string {
  return `${points(table)} % with tables, ${points(float)} % in float, drop ${points(float - table)} points`;
}

function standing(cells: readonly Cell[], path: string): string {
  const finished = new Set(readResults(path).results.map(({ cell }) => cell));
  return `${cells.filter(({ id }) => finished.has(id)).length} of ${cells.length} cells are finished and kept`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the machine refused something, such as room on a disk: the next cell would meet the same. */
function isOfTheMachine(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'syscall' in error || isOfTheMachine(error.cause);
}
