import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repository, tablize, type CliOptions, type CliResult } from '../support/cli.js';
import { rowsFolder, smallGrid } from '../support/study.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder('study');
const data = rowsFolder(join(root, 'data'));

function gridFile(change: Partial<Record<keyof typeof smallGrid | 'distributions', unknown>> = {}): string {
  const path = join(temporaryFolder('grid'), 'rows.json');
  writeFileSync(path, JSON.stringify({ ...smallGrid, data, ...change }));
  return path;
}
const grid = gridFile({ distributions: ['mlp-s2'] });

/** A folder of its own for models and results. */
const foldersIn = (folder: string): string[] => [
  '--work',
  join(folder, 'work'),
  '--out',
  join(folder, 'out'),
];
const study = (folder: string, args: string[] = [], options?: CliOptions): Promise<CliResult> =>
  tablize(['study', '--grid', grid, ...foldersIn(folder), ...args], options);
const resultsIn = (folder: string): string => readFileSync(join(folder, 'out', 'results.jsonl'), 'utf8');
const contentOf = (folder: string): string[][] =>
  readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')])
    .map(([name = '', text = '']) => [name, text.replaceAll(folder, '<folder>')])
    .sort();

describe('tablize study', () => {
  const whole = join(root, 'whole');
  let ran: CliResult;
  beforeAll(async () => {
    ran = await study(whole, ['--json']);
  });

  it('does not train before it knows that its results can be written', async () => {
    const file = join(temporaryFolder('taken'), 'results');
    writeFileSync(file, '');
    const work = join(temporaryFolder('taken'), 'work');
    const { code, stderr } = await tablize(['study', '--grid', grid, '--work', work, '--out', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(file);
    expect(existsSync(work)).toBe(false);
  });

  it('takes a folder named as its page for one that it must not write over', async () => {
    const folder = temporaryFolder('taken');
    mkdirSync(join(folder, 'README.md'));
    const { code, stderr } = await tablize(['study', '--grid', grid, '--render', '--out', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/was not made by `tablize study`/);
  });

  it('--only with a whole id is for that cell alone', async () => {
    const blocks = [{ ...smallGrid.blocks[0], seeds: [1], levels: ['8x5'], epochs: 1 }];
    const two = gridFile({ blocks: [...blocks, { ...blocks[0], epochs: 12 }] });
    const id = 'mlp-s1-f2-8x5-k-means-uniform-learned-e1';
    const folders = foldersIn(temporaryFolder('only'));
    const { code, stdout } = await tablize(['study', '--grid', two, ...folders, '--only', id, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cells: 2, finished: 1, results: [{ cell: id }] });
  });

  it('runs a grid and renders its page', async () => {
    expect(ran.code).toBe(0);
    const report = JSON.parse(ran.stdout) as { results: unknown[]; page: string };
    expect(report).toMatchObject({ study: 'rows', cells: 3, finished: 3, failures: [] });
    expect(report.results).toHaveLength(3);
    expect(report.page).toBe(join(whole, 'out', 'README.md'));
    expect(ran.stderr).toMatch(/^cell 3 of 3: mlp-s2-f2-8x5-uniform-fixed-e1$/m);
    expect(readdirSync(join(whole, 'out')).sort()).toEqual([
      'README.md',
      'accuracy-mlp.svg',
      'compactness-mlp.svg',
      'distributions',
      'results.jsonl',
    ]);
    const page = readFileSync(report.page, 'utf8');
    expect(page).toContain(`npx tablize study --grid ${grid} --out ${join(whole, 'out')}`);
    expect(page).toContain('3 of 3 cells of the study are finished.');

    const before = contentOf(whole);
    const rendered = await tablize(['study', '--grid', grid, '--out', join(whole, 'out'), '--render']);
    expect(rendered.code).toBe(0);
    expect(rendered.stdout).toMatch(/rows: 3 of 3 cells are finished\n.*README\.md\n$/);
    expect(contentOf(whole)).toEqual(before);
  });

  it('interrupted, it ends with 130 and goes on to the same results', async () => {
    const folder = join(root, 'interrupted');
    const checkpoint = join(folder, 'work', 'mlp-s1-f2-8x5-k-means-uniform-learned-e2', 'checkpoint.json');
    const stopped = await study(folder, [], { interruptWhen: () => existsSync(checkpoint) });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/cell \d of 3: interrupted.*; [012] of 3 cells are finished and kept/);
    const { code } = await study(folder);
    expect(code).toBe(0);
    expect(resultsIn(folder)).toBe(resultsIn(whole));
    expect(contentOf(folder)).toEqual(contentOf(whole));
  });

  it('on a full disk it keeps what is finished, and goes on when there is room', async () => {
    const folder = join(root, 'full');
    expect((await study(folder, ['--only', 'learned'])).code).toBe(0);
    const before = resultsIn(folder);
    // A limit on the size of files stands for a full disk: checkpoints have more than 50 kilobytes, result lines less.
    const command = ['study', '--grid', grid, ...foldersIn(folder)].map((word) => `'${word}'`).join(' ');
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(
        'bash',
        ['-c', `ulimit -f 50; exec '${process.execPath}' '${join(repository, 'dist/main.js')}' ${command}`],
        (error, _stdout, text) => resolve({ code: error?.code, stderr: text }),
      );
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /error: cell 2 of 3: .*; 1 of 3 cells are finished and kept\n +where: .*\n +next: +Make room/,
    );
    expect(resultsIn(folder)).toBe(before);
    expect((await study(folder)).code).toBe(0);
    expect(contentOf(folder)).toEqual(contentOf(whole));
  });

  it('two shards at once give the cells of one run', async () => {
    const folder = join(root, 'shards');
    const [one, two] = await Promise.all([
      study(folder, ['--shard', '1/2']),
      study(folder, ['--shard', '2/2']),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stdout).toMatch(/^cell 2 of 2: mlp-s1/m);
    expect(two.stdout).toMatch(/^cell 1 of 1: mlp-s2/m);
    const sorted = (text: string): string[] => text.split('\n').sort();
    expect(sorted(resultsIn(folder))).toEqual(sorted(resultsIn(whole)));
    expect((await study(folder, ['--render'])).code).toBe(0);
    const pageOf = (where: string): string[] =>
      contentOf(where).flatMap(([name, text = '']) => (name === 'README.md' ? [text] : []));
    expect(pageOf(folder)).toEqual(pageOf(whole));
  });

  it('tells what failed and ends with 2; the rest is finished', async () => {
    const folder = join(root, 'failing');
    const failing = gridFile({
      blocks: [{ networks: ['cnn', 'mlp'], seeds: [1], schemes: ['fixed'], levels: ['8x5'], epochs: 1 }],
    });
    const args = ['study', '--grid', failing, ...foldersIn(folder)];
    const { code, stdout, stderr } = await tablize([...args, '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /cell 1 of 2: cnn-s1-\S+ failed, the others go on\nerror: pictures of 9 x 6 x 1 are too small/,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      finished: 1,
      failures: [{ cell: 'cnn-s1-f1-8x5-uniform-fixed-e1', exitCode: 2 }],
    });
    expect(resultsIn(folder)).not.toContain('cnn');
    expect(readFileSync(join(folder, 'out', 'README.md'), 'utf8')).toContain('Missing: `cnn-s1');

    const nothing = await tablize([
      'study',
      '--grid',
      failing,
      ...foldersIn(join(root, 'nothing')),
      '--only',
      'cnn',
    ]);
    expect(nothing.code).toBe(2);
    expect(nothing.stdout).toContain('0 of 2 cells are finished, 1 failed');
    expect(existsSync(join(root, 'nothing', 'out', 'README.md'))).toBe(false);
  });

  it.each([
    [
      'no grid',
      ['--grid', '/nowhere.json'],
      /grid cannot be read[^]*where: \/nowhere\.json[^]*docs\/studies/,
    ],
    ['a grid that is none', ['--grid', 'package.json'], /not a study[^]*docs\/study\.md/],
    [
      'a text that no cell has',
      ['--grid', grid, '--only', 'resnet'],
      /no cell has "resnet"[^]*Ids look like mlp-s1/,
    ],
    ['a shard beyond the last', ['--grid', grid, '--shard', '3/2'], /such as 1\/2/],
    ['a shard of none', ['--grid', grid, '--shard', '0/2'], /such as 1\/2/],
    [
      'two things at once',
      ['--grid', grid, '--render', '--only', 'mlp'],
      /--render.*cannot be used with.*--only/,
    ],
    [
      'nothing to render',
      ['--grid', grid, '--render'],
      /no cell of the study is finished[^]*without --render/,
    ],
  ])('refuses %s', async (_title, args, message) => {
    const { code, stderr } = await tablize(['study', ...args, ...foldersIn(temporaryFolder('study'))]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/defect in tablize/);
  });

  it('does not write over a README of somebody else', async () => {
    const folder = temporaryFolder('study');
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out', 'README.md'), '# Mine\n');
    const { code, stderr } = await study(folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/was not made by `tablize study`[^]*--out/);
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readFileSync(join(folder, 'out', 'README.md'), 'utf8')).toBe('# Mine\n');
  });
});
