import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serializeNetwork } from '../../toolkit/network/index.js';
import { repository, tablize } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { sh } from './written.js';

const small = 'models/mnist-small';
const out = (name = 'library'): string => join(temporaryFolder('export'), name);

/** The tiny network in a file; of another name, or with other tables of steps. */
function model(change: (text: string) => string = (text) => text): string {
  const path = join(temporaryFolder('model'), 'table-network.json');
  writeFileSync(path, change(serializeNetwork(tinyNetwork())));
  return path;
}

/** A network of four million products, though of few weights. */
function manyProducts(): string {
  const tiny = tinyNetwork();
  const [conv] = tiny.stages;
  const filters = 40;
  const stages = [
    {
      ...conv,
      filters,
      kernel: [5, 5],
      padding: { top: 2, right: 2, bottom: 2, left: 2 },
      weights: Array.from({ length: filters * 25 }, (_, i) => i % 3),
      bias: Array.from({ length: filters }, () => 0),
    },
    {
      kind: 'averagePool',
      name: 'average',
      input: 'conv',
      window: [64, 64],
      stride: [1, 1],
      padding: { top: 0, right: 0, bottom: 0, left: 0 },
      values: [0, 1, 2],
      requantize: null,
    },
  ];
  const labels = Array.from({ length: filters }, (_, i) => `class ${i}`);
  const { first } = tiny.products;
  const input = { ...tiny.input, shape: [64, 64, 1] };
  const path = join(temporaryFolder('model'), 'table-network.json');
  writeFileSync(path, JSON.stringify({ ...tiny, input, products: { first }, stages, output: { labels } }));
  return path;
}

interface Report {
  readonly format: string;
  readonly model: string;
  readonly core?: string | null;
  readonly board: string | null;
  readonly engine?: string;
  readonly folding?: string | null;
  readonly folder: string;
  readonly dryRun: boolean;
  readonly files: readonly string[];
}

async function report(...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await tablize(['export', ...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Report;
}

const listed = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('tablize export', () => {
  itWithTool(
    'gcc',
    'writes a library that computes a picture of the test set, and tells its accuracy',
    async () => {
      const folder = out();
      const told = await report('--as', 'c', '--model', small, '--out', folder, '--count', '200');
      expect(told).toMatchObject({
        format: 'c',
        model: 'mnist-small',
        core: 'm0',
        board: null,
        folder,
        dryRun: false,
      });
      expect(listed(folder)).toEqual(told.files);
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      expect(readme).toContain('98.10 % of 10,000 test pictures');
      expect(readme).toMatch(/\| \d\d\.\d\d % of the first 200 pictures of mnist:test \|/);
      const run = /^cc .*$/m.exec(readme)?.[0] ?? 'false';
      expect(sh(folder, run)).toMatch(/^label 7: 7\n/);
    },
  );

  it('lists the files of every format and writes nothing with --dry-run', async () => {
    for (const format of ['c', 'arduino', 'platformio', 'cmake', 'verilog']) {
      const folder = out();
      const args = ['--as', format, '--model', model(), '--out', folder];
      const planned = await report(...args, '--dry-run');
      expect(planned.dryRun).toBe(true);
      expect(existsSync(folder)).toBe(false);
      const made = await report(...args);
      expect(planned.files).toEqual(made.files);
      expect(listed(folder)).toEqual(made.files);
      expect(made.files).toEqual(expect.arrayContaining(['LICENSE', 'README.md']));
    }
  });

  it('chooses kernels for a board, a core, or the folding for a part', async () => {
    const of = (...args: string[]): Promise<Report> =>
      report('--model', small, '--out', out(), '--dry-run', ...args);
    expect(await of('--as', 'arduino')).toMatchObject({ core: 'avr', board: null });
    expect(await of('--as', 'cmake', '--core', 'm4')).toMatchObject({ core: 'm4', board: null });
    expect(await of('--as', 'c', '--board', 'raspberry-pi-pico')).toMatchObject({
      core: null,
      board: 'raspberry-pi-pico',
    });
    expect(await of('--as', 'verilog')).toMatchObject({ engine: 'sequential', folding: '4x8' });
    expect(await of('--as', 'verilog', '--folding', '2x3')).toMatchObject({ folding: '2x3' });
    const fitted = await of('--as', 'verilog', '--board', 'icestick');
    expect(fitted.folding).toMatch(/^[1248]x\d+$/);
    expect(fitted.folding).not.toBe('4x8');
    expect(await of('--as', 'verilog', '--engine', 'unrolled', '--model', model())).toMatchObject({
      engine: 'unrolled',
      folding: null,
    });
  });

  it('tells who answers for a library, and where more is told', async () => {
    const folder = out();
    const who = ['--author', 'Änn Example <ann@example.com>', '--url', 'https://example.com/net?a=b'];
    await report('--as', 'arduino', '--model', model(), '--out', folder, ...who);
    const text = readFileSync(join(folder, 'library.properties'), 'utf8');
    expect(text).toContain(
      '\nauthor=Änn Example <ann@example.com>\nmaintainer=Änn Example <ann@example.com>\n',
    );
    expect(text).toContain('\nurl=https://example.com/net?a=b\n');
  });

  it('makes pictures up where no set belongs to the network, and says so', async () => {
    const folder = out();
    await report('--as', 'verilog', '--model', model(), '--out', folder);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(readme).toContain('made-up picture 1 to made-up picture 4');
    expect(readme).toContain('not measured: no pictures were at hand');
  });

  it('has help with an example', async () => {
    const { code, stdout } = await tablize(['export', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '$ tablize export --as arduino --model models/mnist-small --out build/mnist_small',
    );
  });
});

/** A folder with something in it. */
function full(): string {
  const folder = out();
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  return folder;
}

function file(): string {
  const path = out('file');
  writeFileSync(path, '');
  return path;
}

const C = ['--as', 'c', '--model', small];
const VERILOG = ['--as', 'verilog', '--model', small];
const DESCENDING = (text: string): string =>
  text.replace(/("table":\s*\[\s*0,\s*0,\s*1,\s*1,\s*2)(\s*\])/, '"table": [0, 2, 1, 0, 1$2');

/** What is given, without --out and with it; the exit code; what the error must say and advise. */
const CASES: [string, () => readonly string[], number, RegExp, RegExp?][] = [
  [
    'a format that is unknown',
    () => ['--as', 'ardiuno', '--model', small, '--out', out()],
    2,
    /did you mean arduino\?/,
  ],
  [
    'a format that is nothing like one',
    () => ['--as', 'xyzzyxyzzy', '--model', small, '--out', out()],
    2,
    /one of c, arduino/,
  ],
  ['no format', () => ['--model', small, '--out', out()], 2, /--as/],
  ['no folder', () => C, 2, /--out/],
  ['a folder that is not empty', () => [...C, '--out', full()], 2, /not empty/, /new folder with --out/],
  ['the same, only to look', () => [...C, '--out', full(), '--dry-run'], 2, /not empty/],
  ['a file in place of the folder', () => [...C, '--out', file()], 2, /is a file/, /another folder/],
  [
    'a folder below a file',
    () => [...C, '--count', '1', '--out', join(file(), 'a')],
    2,
    /cannot make the folder/,
  ],
  [
    'a folder that Arduino does not take',
    () => ['--as', 'arduino', '--model', small, '--out', out('my net!')],
    2,
    /"my net!" cannot be the folder of an Arduino library/,
    /letters, digits/,
  ],
  ['a core that is unknown', () => [...C, '--core', 'm5', '--out', out()], 2, /did you mean m0\?/],
  [
    'a core and a board',
    () => [...C, '--core', 'm3', '--board', 'host', '--out', out()],
    2,
    /names a core already/,
  ],
  [
    'a board that is unknown',
    () => [...C, '--board', 'ardiuno-uno', '--out', out()],
    2,
    /no board/,
    /arduino-uno/,
  ],
  ['C for an FPGA', () => [...C, '--board', 'icestick', '--out', out()], 2, /runs no C/],
  [
    'Verilog for a microcontroller',
    () => [...VERILOG, '--board', 'microbit', '--out', out()],
    2,
    /has no FPGA/,
  ],
  [
    'a network too large for a board',
    () => ['--as', 'c', '--model', 'models/mnist-mlp', '--board', 'arduino-uno', '--out', out()],
    4,
    /does not fit/,
  ],
  [
    'a network too large for a part',
    () => ['--as', 'verilog', '--model', 'models/mnist-mlp', '--board', 'icestick', '--out', out()],
    4,
    /does not fit/,
  ],
  ['an engine for C', () => [...C, '--engine', 'unrolled', '--out', out()], 2, /--engine is for Verilog/],
  ['a folding for C', () => [...C, '--folding', '1x1', '--out', out()], 2, /--folding is for Verilog/],
  ['a core for Verilog', () => [...VERILOG, '--core', 'm0', '--out', out()], 2, /--core is for C/],
  [
    'a folding of the unrolled engine',
    () => [...VERILOG, '--engine', 'unrolled', '--folding', '1x1', '--out', out()],
    2,
    /--folding is for the sequential engine/,
  ],
  [
    'a network too large to unroll',
    () => ['--as', 'verilog', '--model', manyProducts(), '--engine', 'unrolled', '--out', out()],
    2,
    /too many for logic/,
  ],
  [
    'steps that the engine cannot do',
    () => ['--as', 'verilog', '--model', model(DESCENDING), '--out', out()],
    2,
    /does not ascend/,
  ],
  ['an author of two lines', () => [...C, '--author', 'a\nb', '--out', out()], 2, /on one line/],
  [
    'an author that Arduino keeps for itself',
    () => [...C, '--author', 'Arduino', '--out', out()],
    2,
    /does not begin/,
  ],
  ['a page that is none', () => [...C, '--url', 'ftp:x', '--out', out()], 2, /address of a page/],
  [
    'pictures that do not fit',
    () => ['--as', 'c', '--model', model(), '--images', 'mnist:test', '--out', out()],
    2,
    /the pictures are/,
  ],
  [
    'a model that is not there',
    () => ['--as', 'c', '--model', 'models/nothing', '--out', out()],
    2,
    /no such model/,
  ],
  [
    'a kernel that cannot compute its stage',
    () => [...C, '--kernel', 'nothing=rows', '--out', out()],
    2,
    /no stage "nothing"/,
  ],
];

describe('tablize export refuses', () => {
  it.each(CASES)('%s', async (_title, args, exit, says, advises) => {
    const given = args();
    const folder = given[given.indexOf('--out') + 1] ?? '';
    const before = existsSync(folder);
    const { code, stdout, stderr } = await tablize(['export', ...given, '--json']);
    expect(code, stderr).toBe(exit);
    expect(stderr).toMatch(says);
    if (advises !== undefined) expect(stderr).toMatch(advises);
    expect(JSON.parse(stdout === '' ? '{"error":{}}' : stdout)).toHaveProperty('error');
    expect(existsSync(folder)).toBe(before);
  });

  it('a folder that it made before: an export never overwrites', async () => {
    const folder = out();
    expect((await tablize(['export', ...C, '--count', '1', '--out', folder])).code).toBe(0);
    const before = listed(folder);
    const { code, stderr } = await tablize(['export', '--as', 'cmake', '--model', small, '--out', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('not empty');
    expect(listed(folder)).toEqual(before);
  });

  it('nothing of an empty folder, even behind a symbolic link', async () => {
    const folder = out();
    mkdirSync(folder);
    const link = join(temporaryFolder('export'), 'link');
    symlinkSync(folder, link);
    expect((await tablize(['export', ...C, '--count', '1', '--out', link])).code).toBe(0);
    expect(listed(folder)).toContain('README.md');
  });
});

describe('docs/export.md', () => {
  it('names every format and option', () => {
    const page = readFileSync(join(repository, 'docs/export.md'), 'utf8');
    for (const name of ['c', 'arduino', 'platformio', 'cmake', 'verilog'])
      expect(page).toContain(`\`${name}\``);
    for (const name of [
      'as',
      'model',
      'out',
      'core',
      'board',
      'engine',
      'folding',
      'images',
      'count',
      'author',
      'url',
    ])
      expect(page).toContain(`--${name}`);
  });
});
