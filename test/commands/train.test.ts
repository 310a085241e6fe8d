import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { train } from '../../toolkit/commands/train.js';
import { loadDataSet, take, type DataSet } from '../../toolkit/data/index.js';
import { InterruptedError } from '../../toolkit/errors.js';
import { tablize } from '../support/cli.js';
import { seeded } from '../support/random.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeModel } from '../readers/onnx/write-model.js';

/** An idx file. */
function idx(dimensions: number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + dimensions.length * 4 + data.length);
  bytes.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, i) => {
    new DataView(bytes.buffer).setUint32(4 + i * 4, size);
  });
  bytes.set(data, 4 + dimensions.length * 4);
  return bytes;
}

/** A folder of idx files with the first digits of MNIST, so that an epoch takes a second. */
function fewDigits(): string {
  const folder = temporaryFolder('digits');
  const write = (stem: string, { images, labels, shape }: DataSet): void => {
    writeFileSync(
      join(folder, `${stem}-images-idx3-ubyte`),
      idx([labels.length, shape[0], shape[1]], images),
    );
    writeFileSync(join(folder, `${stem}-labels-idx1-ubyte`), idx([labels.length], labels));
  };
  write('train', take(loadDataSet('mnist:train'), 3000));
  write('t10k', take(loadDataSet('mnist:test'), 300));
  return folder;
}

/** A small network for 28 x 28 pixels that was not trained, as an ONNX file. */
function onnxFile(operator = 'Relu'): string {
  const random = seeded(3);
  const weights = (name: string, sizes: [number, number]) => ({
    name,
    sizes,
    values: Array.from({ length: sizes[0] * sizes[1] }, () => (random() * 2 - 1) / Math.sqrt(sizes[0])),
  });
  const path = join(temporaryFolder('onnx'), 'perceptron.onnx');
  writeFileSync(
    path,
    writeModel({
      inputs: [{ name: 'x', sizes: [1, 1, 28, 28] }],
      weights: [weights('first', [784, 12]), weights('second', [12, 10])],
      nodes: [
        { operator: 'Flatten', inputs: ['x'], outputs: ['flat'] },
        { operator: 'MatMul', inputs: ['flat', 'first'], outputs: ['h'] },
        { operator, inputs: ['h'], outputs: ['r'], name: 'between' },
        { operator: 'MatMul', inputs: ['r', 'second'], outputs: ['y'] },
      ],
      outputs: ['y'],
    }),
  );
  return path;
}

describe('tablize train', () => {
  const data = fewDigits();
  const settings = ['--data', data, '--architecture', 'small', '--epochs', '2', '--seed', '5'];

  it('makes a model folder that deploys, the same from the same seed, also when it was interrupted', async () => {
    const whole = join(temporaryFolder('train'), 'few-digits');
    const made = await tablize(['train', ...settings, '--out', whole, '--json']);
    expect(made.code).toBe(0);
    const report = JSON.parse(made.stdout) as {
      accuracy: { float: number; table: number };
      tableEntries: number;
    };
    expect(report.tableEntries).toBe(40);
    expect(report.accuracy.table).toBeGreaterThan(0.6);

    const broken = join(temporaryFolder('train'), 'few-digits');
    const stopped = await tablize(['train', ...settings, '--out', broken], {
      interruptWhen: () => existsSync(join(broken, 'checkpoint.json')),
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/the same command goes on from the checkpoint \(\w+, epoch [12] of 2\)/);
    expect(existsSync(join(broken, 'float'))).toBe(false);
    const checkpoint = readFileSync(join(broken, 'checkpoint.json'), 'utf8');
    const mistyped = await tablize(['train', ...settings, '--seed', '6', '--out', broken]);
    expect(mistyped.code).toBe(2);
    expect(mistyped.stderr).toMatch(/seed 5 instead of 6[^]*where: [^]*next: .*--out/);
    expect(readFileSync(join(broken, 'checkpoint.json'), 'utf8')).toBe(checkpoint);
    expect(existsSync(join(broken, 'table-network.json'))).toBe(false);
    expect((await tablize(['train', ...settings, '--out', broken])).code).toBe(0);
    expect(existsSync(join(broken, 'checkpoint.json'))).toBe(false);
    const networkOf = (folder: string): string =>
      readFileSync(join(folder, 'table-network.json'), 'utf8').replace(/"command": .*/, '');
    expect(networkOf(broken)).toBe(networkOf(whole));
  });

  it('goes on from a file of another tool', async () => {
    const from = onnxFile();
    const out = join(temporaryFolder('train'), 'perceptron');
    const few = ['--data', data, '--epochs', '1', '--seed', '5', '--shift', '0', '--json'];
    const { code, stdout } = await tablize(['train', ...few, '--from', from, '--out', out]);
    expect(code).toBe(0);
    const { accuracy } = JSON.parse(stdout) as { accuracy: { float: number; table: number } };
    // It knew nothing, and has learned from the labels.
    expect(accuracy.float).toBeLessThan(0.3);
    expect(accuracy.table).toBeGreaterThan(0.4);
    const refused = await tablize(['train', ...few, '--from', onnxFile('Exp'), '--out', out]);
    expect(refused.stderr).toMatch(/function exp has no exact form[^]*where: .*"between"[^]*next: /);
    expect(refused.code).toBe(2);
  });

  it('moves and bends the training pictures as far as it is told', async () => {
    const few = ['--data', data, '--architecture', 'small', '--epochs', '1', '--seed', '5'];
    const [still, moved, bent] = await Promise.all(
      [['0'], ['2'], ['0', '--warp', '1.5']].map(async (how) => {
        const out = join(temporaryFolder('train'), 'few-digits');
        const { code } = await tablize(['train', ...few, '--shift', ...how, '--out', out]);
        expect(code).toBe(0);
        return JSON.parse(readFileSync(join(out, 'quantized.json'), 'utf8')) as {
          stages: unknown;
          provenance: { command: string };
        };
      }),
    );
    expect(still?.provenance.command).toContain(' --shift 0 ');
    expect(moved?.stages).not.toEqual(still?.stages);
    expect(bent?.provenance.command).toContain(' --shift 0 --warp 1.5 ');
    expect(bent?.stages).not.toEqual(still?.stages);
    const { code, stderr } = await tablize([
      'train',
      ...few,
      '--shift',
      '28',
      '--out',
      join(temporaryFolder('train'), 'few-digits'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/pictures of 28 x 28 cannot be moved by 28 pixels[^]*next: .*smaller/);
  });

  it('trains with gains that are powers of two and a share of zeros, for weights of equal steps', async () => {
    const few = ['--data', data, '--architecture', 'small', '--epochs', '1', '--gains', 'powers-of-two'];
    const out = join(temporaryFolder('train'), 'few-digits');
    const { code } = await tablize(['train', ...few, '--weights', 'steps', '--zeros', '0.5', '--out', out]);
    expect(code).toBe(0);
    const { stages, provenance } = JSON.parse(readFileSync(join(out, 'quantized.json'), 'utf8')) as {
      stages: { weights: number[]; weightLevels: number[] }[];
      provenance: { command: string };
    };
    expect(provenance.command).toContain(' --weights steps --gains powers-of-two --zeros 0.5 ');
    for (const { weights, weightLevels } of stages) {
      const zeros = weights.filter((weight) => weightLevels[weight] === 0).length / weights.length;
      expect(zeros).toBeGreaterThan(0.49);
      expect(zeros).toBeLessThan(0.51);
    }
    const { code: refused, stderr } = await tablize(['train', ...few, '--out', out]);
    expect(refused).toBe(2);
    expect(stderr).toMatch(/weights by k-means are no multiples of one step[^]*next: .*--weights steps/);
  });

  it('keeps the checkpoint until the tables are measured', async () => {
    const out = join(temporaryFolder('train'), 'few-digits');
    const stop = new AbortController();
    const options = {
      data,
      architecture: 'small' as const,
      out,
      levels: { activations: 8, weights: 5 },
      epochs: 1,
      seed: 5,
    };
    const output = {
      line: () => undefined,
      problem: () => undefined,
      json: () => undefined,
      machine: false,
    };
    const progress = (line: string): void => {
      if (line.startsWith('measuring')) stop.abort();
    };
    const stopped: unknown = await Promise.resolve(
      train(options, { output: { ...output, progress }, signal: stop.signal }),
    ).catch((thrown: unknown) => thrown);
    expect(stopped).toBeInstanceOf(InterruptedError);
    expect((stopped as Error).message).toMatch(/tables are written[^]*same command/);
    expect(existsSync(join(out, 'checkpoint.json'))).toBe(true);
    const lines: string[] = [];
    await train(options, {
      output: { ...output, progress: (line) => lines.push(line) },
      signal: new AbortController().signal,
    });
    expect(lines.join('\n')).toContain('quantized: going on after epoch 1 of 1');
    expect(lines.join('\n')).not.toContain('step');
    expect(existsSync(join(out, 'checkpoint.json'))).toBe(false);
  });

  it('refuses a name that cannot be one, and data that is not there', async () => {
    const bad = await tablize(['train', ...settings, '--out', join(temporaryFolder('train'), 'No Name')]);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/cannot be the name of a network[^]*--name/);
    const lost = await tablize([
      'train',
      '--data',
      '/nowhere',
      '--architecture',
      'mlp',
      '--out',
      join(temporaryFolder('train'), 'x'),
    ]);
    expect(lost.code).toBe(2);
  });
});

describe('tablize quantize', () => {
  const floatModel = 'models/mnist-cnn/float/model.json';

  it('makes tables for a float model, measured on test pictures', async () => {
    const out = join(temporaryFolder('quantize'), 'ptq');
    const { code, stdout } = await tablize([
      'quantize',
      '--model',
      floatModel,
      '--calibrate',
      'mnist:train',
      '--count',
      '200',
      '--levels',
      '16x9',
      '--test',
      `${fewDigits()}:test`,
      '--out',
      out,
      '--json',
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { accuracy: { float: number; table: number }; tableEntries: number };
    expect(report.tableEntries).toBe(144);
    expect(report.accuracy.float).toBeGreaterThan(0.97);
    expect(report.accuracy.table).toBeGreaterThan(0.95);
    expect((await tablize(['inspect', '--model', out])).code).toBe(0);
  });

  /** The float model with a change in its topology or weights. */
  function changed(
    change: (topology: string) => string,
    weights: (bytes: Buffer) => Buffer = (bytes) => bytes,
  ): string {
    const folder = temporaryFolder('quantize');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.json'), change(readFileSync(floatModel, 'utf8')));
    writeFileSync(join(folder, 'weights.bin'), weights(readFileSync('models/mnist-cnn/float/weights.bin')));
    return join(folder, 'model.json');
  }

  it.each([
    [
      'an unknown layer',
      () => changed((text) => text.replace(/"class_name":\s*"MaxPooling2D"/, '"class_name":"LSTM"')),
      /LSTM[^]*pool1[^]*next:/,
    ],
    [
      'NaN weights',
      () =>
        changed(
          (text) => text,
          (bytes) => Buffer.from(bytes).fill(0xff, 400, 404),
        ),
      /is NaN[^]*conv1/,
    ],
    [
      'short weights',
      () =>
        changed(
          (text) => text,
          (bytes) => bytes.subarray(0, 1000),
        ),
      /cut short[^]*weights\.bin/,
    ],
    ['a truncated topology', () => changed((text) => text.slice(0, 700)), /not JSON|cut short/],
  ])('names %s', async (_title, model, message) => {
    const { code, stderr } = await tablize([
      'quantize',
      '--model',
      model(),
      '--calibrate',
      'mnist:train',
      '--out',
      join(temporaryFolder('quantize'), 'x'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/defect in tablize/);
  });
});

describe('the folder that train and quantize write to', () => {
  const commands: [string, string[]][] = [
    ['train', ['train', '--data', fewDigits(), '--architecture', 'small', '--epochs', '1', '--name', 'x']],
    [
      'quantize',
      [
        'quantize',
        '--model',
        'models/mnist-cnn/float/model.json',
        '--calibrate',
        'mnist:train',
        '--count',
        '100',
        '--name',
        'x',
      ],
    ],
  ];

  it.each(commands)('of somebody else is refused by %s, before any work', async (_title, args) => {
    const out = temporaryFolder('foreign');
    writeFileSync(join(out, 'quantized.json'), 'mine');
    const { code, stderr } = await tablize([...args, '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /is not empty and was not made by tablize[^]*next: +choose a new folder with --out/,
    );
    expect(stderr).not.toMatch(/training|calibrating/);
    expect(readdirSync(out)).toEqual(['quantized.json']);
    expect(readFileSync(join(out, 'quantized.json'), 'utf8')).toBe('mine');
  });

  it.each(commands)('that cannot be is refused by %s, before any work', async (_title, args) => {
    for (const out of ['/dev/null/abc', '/proc/x']) {
      const { code, stderr } = await tablize([...args, '--out', out]);
      expect(code).toBe(2);
      expect(stderr).toContain(out);
      expect(stderr).not.toMatch(/defect in tablize|training|calibrating/);
    }
  });
});
