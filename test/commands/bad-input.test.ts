import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository, tablize } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const model = 'models/mnist-mlp';
const small = 'models/mnist-small';

/** A file in a folder of its own. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder('test'), name);
  writeFileSync(path, content);
  return path;
}

/** Idx bytes: magic, dimensions, then data. */
function idx(type: number, dimensions: number[], data: number): Uint8Array {
  const bytes = new Uint8Array(4 + dimensions.length * 4 + data);
  bytes.set([0, 0, type, dimensions.length]);
  dimensions.forEach((size, i) => {
    new DataView(bytes.buffer).setUint32(4 + i * 4, size);
  });
  return bytes;
}

const network = (): string => readFileSync(join(repository, model, 'table-network.json'), 'utf8');

/** Each: what is given, the exit code, what the error must say, what it must advise. */
const cases: [string, () => string[], number, RegExp, RegExp?][] = [
  ['no command', () => [], 2, /Usage/],
  ['an unknown command', () => ['deplyo'], 2, /unknown command.*deploy/s],
  ['a missing option', () => ['deploy', '--board', 'host'], 2, /--model/],
  ['a count that is no number', () => ['verify', '--model', model, '--count', 'x'], 2, /whole number/],
  [
    'a model that is not there',
    () => ['inspect', '--model', 'models/nothing'],
    2,
    /no such model/,
    /tablize train/,
  ],
  ['a file that is no model', () => ['inspect', '--model', file('a.json', 'hello')], 2, /not JSON/],
  [
    'JSON that is no model',
    () => ['inspect', '--model', file('a.json', '{"a": 1}')],
    2,
    /not a TableNetwork/,
  ],
  [
    'a binary file',
    () => ['inspect', '--model', file('a.json', new Uint8Array([0, 255, 3, 200]))],
    2,
    /not JSON/,
  ],
  [
    'a truncated model',
    () => ['inspect', '--model', file('a.json', network().slice(0, 50_000))],
    2,
    /cut short/,
    /again/,
  ],
  [
    'a float model',
    () => ['inspect', '--model', join(model, 'float/model.json')],
    2,
    /has floats/,
    /tablize quantize/,
  ],
  [
    'a folder without a model',
    () => ['inspect', '--model', temporaryFolder('test')],
    2,
    /neither quantized\.json nor/,
  ],
  [
    'an unknown stage kind',
    () => ['inspect', '--model', file('a.json', network().replace('"dense"', '"lstm"'))],
    2,
    /stage "/,
  ],
  [
    'an unknown board',
    () => ['build', '--board', 'raspbery-pi-pico', '--model', model],
    2,
    /no board "raspbery-pi-pico"/,
    /did you mean "raspberry-pi-pico"/,
  ],
  [
    'a board that is too small',
    () => [
      'build',
      '--board',
      'arduino-uno',
      '--model',
      'models/mnist-cnn',
      '--out',
      temporaryFolder('test'),
    ],
    4,
    /needs|does not fit/,
    /\S/,
  ],
  [
    'an empty idx file',
    () => ['verify', '--model', small, '--images', file('x-images-idx3-ubyte', '')],
    2,
    /empty|short/,
  ],
  [
    'a short idx file',
    () => ['verify', '--model', small, '--images', file('x-images-idx3-ubyte', idx(8, [10, 28, 28], 500))],
    2,
    /short|cut|bytes/,
  ],
  ['no data set', () => ['verify', '--model', small, '--images', '/nowhere/at/all:test'], 2, /no data set/],
  [
    'pictures of another shape',
    () => ['verify', '--model', small, '--images', shaped()],
    2,
    /the pictures are \[5, 5, 1\]/,
  ],
  [
    'an output folder that is not ours',
    () => ['render', '--board', 'host', '--model', small, '--out', taken()],
    2,
    /not (ours|made by|written by)|other files|not empty/,
  ],
  [
    'a port that is to be found, of a board without one',
    () => ['deploy', '--board', 'stm32vldiscovery', '--model', small, '--port', 'auto'],
    5,
    /has no USB port of its own/,
    /your adapter/,
  ],
  [
    'a port that is a folder',
    () => ['verify', '--board', 'arduino-uno', '--model', small, '--port', temporaryFolder('test')],
    5,
    /no serial port/,
    /tablize ports/,
  ],
  [
    'a port that is not there',
    () => ['verify', '--board', 'arduino-uno', '--model', small, '--port', '/dev/no-such-port'],
    5,
    /no-such-port/,
  ],
  [
    'a forced compiler that is not there',
    () => ['build', '--board', 'host', '--model', small, '--toolchain', 'gcc'],
    3,
    /no native compiler/,
    /install/,
  ],
  ['proof without its tools', () => ['prove', '--model', small], 3, /yosys/, /install/],
  [
    'a simulation without a simulator',
    () => [
      'emulate',
      '--board',
      'icestick',
      '--model',
      small,
      '--level',
      'rtl',
      '--out',
      temporaryFolder('test'),
    ],
    3,
    /simulator/,
    /install/,
  ],
  [
    'a network that is too large for an FPGA',
    () => ['build', '--board', 'icestick', '--model', 'models/mnist-cnn', '--out', temporaryFolder('test')],
    4,
    /does not fit Lattice iCEstick: the folding that comes nearest, \d+x\d+, needs .*\d+ block RAMs of 16/,
    /tablize boards/,
  ],
  [
    'a clock that the PLL does not make',
    () => ['build', '--board', 'icebreaker', '--model', small, '--clock', '18.1'],
    2,
    /the PLL does not make 18.1 MHz of 12 MHz/,
    /--clock/,
  ],
  [
    'a clock for a microcontroller',
    () => ['build', '--board', 'raspberry-pi-pico', '--model', small, '--clock', '18'],
    2,
    /start-up code/,
    /--clock/,
  ],
];

function shaped(): string {
  const folder = temporaryFolder('test');
  writeFileSync(join(folder, 't-images-idx3-ubyte'), idx(8, [2, 5, 5], 50));
  writeFileSync(join(folder, 't-labels-idx1-ubyte'), idx(8, [2], 2));
  return join(folder, 't-images-idx3-ubyte');
}

function taken(): string {
  const folder = temporaryFolder('test');
  mkdirSync(join(folder, 'thesis'));
  writeFileSync(join(folder, 'thesis', 'only-copy.txt'), 'precious');
  return folder;
}

describe('bad input', () => {
  it.each(cases)('%s', async (_title, args, code, message, advice) => {
    const list = args();
    // Exit code 3: what runs finds no tool.
    const env = code === 3 ? { PATH: '/nowhere' } : {};
    const result = await tablize(list, { env });
    expect(result.stderr + result.stdout).toMatch(message);
    if (advice !== undefined) expect(result.stderr).toMatch(advice);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/defect in tablize|at .*\.js:\d+/);
  });

  it('never touches a folder that is not ours', async () => {
    const folder = taken();
    await tablize(['build', '--board', 'host', '--model', small, '--out', folder]);
    expect(readdirSync(folder)).toEqual(['thesis']);
    expect(readFileSync(join(folder, 'thesis', 'only-copy.txt'), 'utf8')).toBe('precious');
  });

  it('is told to machines as JSON in a file, over what an earlier run left there', async () => {
    const report = file('report.json', '{"old": true}');
    await tablize(['inspect', '--model', 'models/nothing', '--json', report]);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ error: { exitCode: 2 } });
  });

  it('on the command line is told to machines, too', async () => {
    const { stdout, code } = await tablize(['deploy', '--model', 'x', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { exitCode: 2, next: 'see `tablize --help`' } });
  });

  it('is told to machines as JSON on standard output', async () => {
    const { stdout, code } = await tablize(['inspect', '--model', 'models/nothing', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: 'no such model', where: 'models/nothing', exitCode: 2 },
    });
  });
});
