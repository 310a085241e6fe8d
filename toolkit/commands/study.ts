import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataSetPair } from '../data/index.js';
import { EXIT, InputError } from '../errors.js';
import { writeFileAtomic } from '../model/index.js';
import { isEmptyStudy, PAGE, PAGE_MARK, renderStudy } from '../report/study/index.js';
import {
  cellsOfShard,
  parseGrid,
  readDistributions,
  readResults,
  resultsPath,
  runStudy,
  type Cell,
  type CellFailure,
  type Shard,
  type Study,
} from '../study/index.js';
import { shellPath } from './command-line.js';
import { describeError } from './failure.js';
import type { CommandBody, CommonOptions, Run } from './run.js';

export interface StudyOptions extends CommonOptions {
  readonly grid: string;
  readonly work?: string;
  readonly out?: string;
  readonly shard?: Shard;
  readonly only?: string;
  readonly render?: boolean;
}

/** `tablize study`: runs the cells of a grid that are not finished yet, and renders what is known as a page. */
export const study: CommandBody<StudyOptions> = async (options, run) => {
  const { output } = run;
  const study = parseGrid(readGrid(options.grid), options.grid);
  const usual = join('docs', 'results', study.name);
  const { out = usual } = options;
  checkPage(out);
  const failures = options.render === true ? [] : await runCells(study, options, out, run);

  const { results, cutShort } = readResults(resultsPath(out));
  for (const line of cutShort)
    output.line(`${resultsPath(out)}: line ${line} was cut short and stands for nothing; remove it`);
  const finished = study.cells.filter(({ id }) => results.some(({ cell }) => cell === id));
  const empty = isEmptyStudy(study, results);
  if (empty && options.render === true)
    throw new InputError('no cell of the study is finished, so there is nothing to render', {
      where: resultsPath(out),
      next: 'Run the command without --render.',
    });
  if (!empty) {
    const distributions = study.distributions.flatMap((cell) => readDistributions(out, cell) ?? []);
    const command = `npx ${commandLine(options.grid, out === usual ? undefined : out)}`;
    for (const { path, text } of renderStudy({ study, results, distributions, command }))
      writeFileAtomic(join(out, path), text);
  }
  output.json({
    study: study.name,
    folder: out,
    page: empty ? null : join(out, PAGE),
    cells: study.cells.length,
    finished: finished.length,
    failures: failures.map(({ cell, error }) => ({
      cell: cell.id,
      ...describeError(error, run.signal).json?.error,
    })),
    results: results.map(({ cell, accuracy }) => ({ cell, accuracy })),
  });
  output.line(
    `${study.name}: ${finished.length} of ${study.cells.length} cells are finished${failures.length === 0 ? '' : `, ${failures.length} failed`}`,
  );
  if (!empty) output.line(join(out, PAGE));
  return failures.length === 0 ? EXIT.ok : EXIT.usage;
};

function readGrid(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError(`the grid cannot be read: ${(cause as Error).message}`, {
      where: path,
      next: 'Give a grid file with --grid, such as docs/studies/schemes.json.',
      cause,
    });
  }
}

/** A README of somebody else is not written over, least of all after hours of training. */
function checkPage(out: string): void {
  const path = join(out, PAGE);
  if (!existsSync(path) || isOurs(path)) return;
  throw new InputError('the file was not made by `tablize study`, and a page would replace it', {
    where: path,
    next: 'Choose another folder with --out.',
  });
}

function isOurs(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').startsWith(PAGE_MARK);
  } catch {
    return false;
  }
}

function runCells(
  study: Study,
  options: StudyOptions,
  out: string,
  { output, signal }: Run,
): Promise<readonly CellFailure[]> {
  return runStudy({
    study,
    command: commandLine(options.grid),
    cells: pick(study, options),
    work: options.work ?? join('build', 'study', study.name),
    out,
    loadData: () => loadDataSetPair(study.data),
    say: output.line,
    progress: output.progress,
    onFailure: ({ cell, place, error }) =>
      output.problem(`${place}: ${cell.id} failed, the others go on\n${describeError(error, signal).text}`),
    signal,
  });
}

function pick({ cells }: Study, { grid, shard, only }: StudyOptions): readonly Cell[] {
  const owned = shard === undefined ? cells : cellsOfShard(cells, shard);
  if (only === undefined) return owned;
  // A whole id means that cell alone, though others may begin with it.
  if (cells.some(({ id }) => id === only)) return owned.filter(({ id }) => id === only);
  if (!cells.some(({ id }) => id.includes(only)))
    throw new InputError(`no cell has "${only}" in its id`, {
      where: grid,
      next: `Ids look like ${cells[0]?.id ?? ''}.`,
    });
  return owned.filter(({ id }) => id.includes(only));
}

/** What a reader can repeat: paths in this folder are told as seen from here. */
function commandLine(grid: string, out?: string): string {
  const rest = out === undefined ? '' : ` --out ${shellPath(out)}`;
  return `tablize study --grid ${shellPath(grid)}${rest}`;
}
