import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError } from '../../toolkit/errors.js';
import { parseNetwork } from '../../toolkit/network/index.js';
import {
  readResults,
  resultsPath,
  runStudy,
  type CellFailure,
  type StudyRun,
} from '../../toolkit/study/index.js';
import { appendResult } from '../../toolkit/study/results.js';
import { madeUpResult, rows, rowsPair, smallGrid, studyOf } from '../support/study.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const study = studyOf({ ...smallGrid, distributions: ['-s2-'] });

interface Watched {
  readonly run: StudyRun;
  /** What was said, and the lines of progress. */
  readonly said: string[];
  readonly steps: string[];
  readonly failures: CellFailure[];
}

function watched(folder: string, more: Partial<StudyRun> = {}): Watched {
  const said: string[] = [];
  const steps: string[] = [];
  const failures: CellFailure[] = [];
  const run: StudyRun = {
    study,
    command: 'tablize study --grid toy.json',
    cells: study.cells,
    work: join(folder, 'work'),
    out: join(folder, 'out'),
    loadData: () => rowsPair,
    say: (line) => said.push(line),
    progress: (line) => steps.push(line),
    onFailure: (failure) => failures.push(failure),
    signal: new AbortController().signal,
    ...more,
  };
  return { run, said, steps, failures };
}

const resultsIn = (folder: string): string => readFileSync(resultsPath(join(folder, 'out')), 'utf8');

describe('a study', () => {
  let whole = '';
  let first: Watched;
  beforeAll(async () => {
    whole = temporaryFolder('study');
    first = watched(whole);
    await runStudy(first.run);
  });

  test('runs each cell once and writes what it gave', () => {
    const { results } = readResults(resultsPath(join(whole, 'out')));
    expect(results.map(({ cell }) => cell)).toEqual(study.cells.map(({ id }) => id));
    expect(results.map(({ data }) => data.test)).toEqual([150, 150, 150]);
    for (const { accuracy, compactness } of results) {
      expect(accuracy.float).toBeGreaterThan(0.6);
      expect(accuracy.table).toBeGreaterThan(0.5);
      expect(compactness.network.weights).toBe(54 * 128 + 128 * 3);
      expect(compactness.stages.map(({ tableEntries }) => tableEntries)).toEqual([40, 40]);
    }
    const cell = study.cells[0]?.id ?? '';
    const tables = readFileSync(join(whole, 'work', cell, 'table-network.json'), 'utf8');
    expect(parseNetwork(tables, cell).provenance.command).toBe(
      `tablize study --grid toy.json --only ${cell}`,
    );
    // Cells of one float network tell the same of it, and it was trained once.
    expect(results[0]?.accuracy.float).toBe(results[1]?.accuracy.float);
    expect(first.steps.filter((line) => /float: epoch 2 of 2/.test(line))).toHaveLength(2);
    expect(first.said[0]).toBe('cell 1 of 3: mlp-s1-f2-8x5-k-means-uniform-learned-e2');
    expect(first.said[1]).toMatch(
      /^cell 1 of 3: \d+\.\d\d % with tables, \d+\.\d\d % in float, drop -?\d+\.\d\d points$/,
    );
    expect(first.steps.every((line) => /^cell \d of 3: /.test(line))).toBe(true);
    expect(existsSync(join(whole, 'work', study.cells[0]?.id ?? '', 'checkpoint.json'))).toBe(false);
    expect(readdirSync(join(whole, 'out', 'distributions'))).toEqual(['mlp-s2-f2-8x5-uniform-fixed-e1.json']);
  });

  test('has nothing to do when all is finished, and does not even load the data', async () => {
    const before = resultsIn(whole);
    const again = watched(whole, {
      loadData: () => {
        throw new Error('not needed');
      },
    });
    await runStudy(again.run);
    expect(again.said).toEqual([]);
    expect(resultsIn(whole)).toBe(before);
  });

  test.each([
    ['float: epoch 1 of 2', 'cell 1 of 3', 0],
    ['cell 1 of 3: quantized: epoch 1 of 2', 'cell 1 of 3', 0],
    ['cell 1 of 3: measuring', 'cell 1 of 3', 0],
    ['cell 2 of 3: training', 'cell 2 of 3', 1],
    ['cell 3 of 3: measuring', 'cell 3 of 3', 2],
  ])('interrupted at "%s" goes on and ends the same', async (moment, place, finished) => {
    const folder = temporaryFolder('study');
    const stop = new AbortController();
    const stopped = watched(folder, {
      signal: stop.signal,
      progress: (line) => {
        if (line.includes(moment)) stop.abort();
      },
    });
    const error: unknown = await runStudy(stopped.run).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InterruptedError);
    expect((error as Error).message).toMatch(
      new RegExp(`^${place}: interrupted.*; ${finished} of 3 cells are finished`),
    );
    expect(readResults(resultsPath(join(folder, 'out'))).results).toHaveLength(finished);
    const { run, said, steps } = watched(folder);
    await runStudy(run);
    expect(said.filter((line) => line.includes('mlp-'))).toHaveLength(3 - finished);
    if (moment.includes('epoch')) expect(steps.join('\n')).toContain('going on after epoch 1 of 2');
    expect(resultsIn(folder)).toBe(resultsIn(whole));
  });

  test('goes on after a line that was cut short: no cell is lost, none repeated', async () => {
    const folder = temporaryFolder('study');
    const whole3 = resultsIn(whole).split('\n');
    mkdirSync(join(folder, 'out'));
    writeFileSync(resultsPath(join(folder, 'out')), `${whole3[0]}\n${whole3[1]?.slice(0, 300)}`);
    const { run, said } = watched(folder);
    await runStudy(run);
    expect(said.filter((line) => line.includes('mlp-'))).toHaveLength(2);
    const lines = resultsIn(folder).split('\n');
    expect(lines.filter((_, i) => i !== 1)).toEqual(whole3);
  });

  test('leaves a cell that another process finished meanwhile', async () => {
    const folder = temporaryFolder('study');
    const last = study.cells[2];
    if (last === undefined) throw new Error('no such cell');
    const out = join(folder, 'out');
    const other = readResults(resultsPath(join(whole, 'out'))).results[2];
    const { run, said } = watched(folder, {
      cells: study.cells.slice(1),
      study: { ...study, distributions: [] },
      progress: (line) => {
        if (line.includes('quantized: epoch 1') && other !== undefined) appendResult(resultsPath(out), other);
      },
    });
    await runStudy(run);
    expect(said).toHaveLength(2);
    expect(readResults(resultsPath(out)).results.map(({ seed }) => seed)).toEqual([2, 1]);
  });

  test('tells a cell that fails and goes on with the others; its float network is tried once', async () => {
    const folder = temporaryFolder('study');
    const levels = ['8x5', '5x3'];
    const failing = studyOf({
      ...smallGrid,
      blocks: [
        { networks: ['cnn', 'mlp'], seeds: [1], schemes: ['fixed'], levels, epochs: 1 },
        { networks: ['mlp'], seeds: [2], schemes: ['fixed'], levels: ['8x5'], epochs: 1 },
      ],
    });
    // A folder that is not ours stands in the way of one cell.
    const foreign = join(folder, 'work', 'mlp-s1-f2-5x3-uniform-fixed-e1');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'quantized.json'), 'mine');
    const { run, failures } = watched(folder, { study: failing, cells: failing.cells });
    expect(await runStudy(run)).toEqual(failures);
    expect(failures.map(({ place, cell, error }) => [place, cell.id, (error as Error).message])).toEqual([
      ['cell 1 of 5', 'cnn-s1-f1-8x5-uniform-fixed-e1', 'pictures of 9 x 6 x 1 are too small for "cnn"'],
      ['cell 2 of 5', 'cnn-s1-f1-5x3-uniform-fixed-e1', 'pictures of 9 x 6 x 1 are too small for "cnn"'],
      [
        'cell 4 of 5',
        'mlp-s1-f2-5x3-uniform-fixed-e1',
        'the output folder is not empty and was not made by tablize',
      ],
    ]);
    expect(failures[0]?.error).toBe(failures[1]?.error);
    const { results } = readResults(resultsPath(join(folder, 'out')));
    expect(results.map(({ cell }) => cell)).toEqual([
      'mlp-s1-f2-8x5-uniform-fixed-e1',
      'mlp-s2-f2-8x5-uniform-fixed-e1',
    ]);
  });

  test('stops where the machine refuses something, and keeps what is finished', async () => {
    const folder = temporaryFolder('study');
    // A file stands where the folder of the second cell must be.
    mkdirSync(join(folder, 'work'));
    writeFileSync(join(folder, 'work', 'mlp-s1-f2-8x5-uniform-fixed-e1'), '');
    const { run, failures } = watched(folder);
    await expect(runStudy(run)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^cell 2 of 3: .*; 1 of 3 cells are finished and kept$/) as string,
    });
    expect(failures).toEqual([]);
    rmSync(join(folder, 'work', 'mlp-s1-f2-8x5-uniform-fixed-e1'));
    await runStudy(run);
    expect(resultsIn(folder)).toBe(resultsIn(whole));
  });

  test('refuses results and models of other data', async () => {
    const other = { train: rows('rows:train', 640, 7), test: rowsPair.test };
    const more = { study: { ...study, distributions: [study.cells[0]?.id ?? ''] } };
    const { run } = watched(whole, { ...more, loadData: () => other });
    await expect(runStudy(run)).rejects.toThrow(/results are of other data: "rows"[^]*not "rows"/);
    const elsewhere = { ...run, out: temporaryFolder('study') };
    await expect(runStudy(elsewhere)).rejects.toThrow(/models in the folder are of other data/);
    expect(readResults(resultsPath(elsewhere.out)).results).toEqual([]);
  });

  test('adds distributions that are asked for later, while the networks are still there', async () => {
    const wanted = { ...study, distributions: study.cells.map(({ id }) => id) };
    const folder = temporaryFolder('study');
    const out = join(folder, 'out');
    for (const result of readResults(resultsPath(join(whole, 'out'))).results)
      appendResult(resultsPath(out), result);
    const before = resultsIn(folder);
    const gone = watched(folder, { study: wanted });
    await runStudy(gone.run);
    expect(gone.said).toHaveLength(3);
    expect(gone.said[0]).toMatch(/^cell 1 of 3: no distributions, as the networks/);
    const there = watched(folder, { study: wanted, work: join(whole, 'work') });
    await runStudy(there.run);
    expect(there.said[0]).toMatch(/^cell 1 of 3: .*: distributions added$/);
    expect(readdirSync(join(out, 'distributions'))).toEqual(study.cells.map(({ id }) => `${id}.json`).sort());
    expect(resultsIn(folder)).toBe(before);
    const name = 'mlp-s2-f2-8x5-uniform-fixed-e1.json';
    expect(readFileSync(join(out, 'distributions', name), 'utf8')).toBe(
      readFileSync(join(whole, 'out', 'distributions', name), 'utf8'),
    );
  });

  test('does not take networks for those of a result that they did not give', async () => {
    const [cell] = study.cells;
    if (cell === undefined) throw new Error('no such cell');
    const folder = temporaryFolder('study');
    const out = join(folder, 'out');
    const made = madeUpResult(cell, { float: 0.9, table: 0.8 });
    const [{ data } = made] = readResults(resultsPath(join(whole, 'out'))).results;
    appendResult(resultsPath(out), { ...made, data });
    const { run, said } = watched(folder, {
      cells: [cell],
      study: { ...study, distributions: [cell.id] },
      work: join(whole, 'work'),
    });
    await runStudy(run);
    expect(said[0]).toMatch(/no distributions/);
    expect(existsSync(join(out, 'distributions'))).toBe(false);
  });
});
