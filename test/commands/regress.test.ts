import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tablize } from '../support/cli.js';
import { seeded } from '../support/random.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';
import { writeModel } from '../readers/onnx/write-model.js';

interface Report {
  readonly accuracy: Readonly<Record<string, number | null>>;
  readonly values: {
    readonly activation: string;
    readonly error: {
      readonly images: number;
      readonly mean: number;
      readonly largest: number;
      readonly float: { readonly least: number; readonly greatest: number };
    } | null;
  } | null;
}

/** A dense auto-encoder of 16 values by way of 4, and rows to show it, all in one folder. */
function autoEncoder(): string {
  const folder = temporaryFolder('auto-encoder');
  const random = seeded(12);
  const weights = (name: string, from: number, to: number) => ({
    name,
    sizes: [from, to],
    values: Array.from({ length: from * to }, () => random() * 2 - 1),
  });
  const model = writeModel({
    inputs: [{ name: 'x', sizes: [1, 16] }],
    weights: [weights('down', 16, 4), weights('up', 4, 16)],
    nodes: [
      { operator: 'MatMul', inputs: ['x', 'down'], outputs: ['h'] },
      { operator: 'Relu', inputs: ['h'], outputs: ['r'] },
      { operator: 'MatMul', inputs: ['r', 'up'], outputs: ['z'] },
      { operator: 'Sigmoid', inputs: ['z'], outputs: ['y'] },
    ],
    outputs: ['y'],
  });
  writeFileSync(join(folder, 'model.onnx'), model);
  const row = (label: string[]): string =>
    [...label, ...Array.from({ length: 16 }, () => Math.floor(random() * 256))].join(',');
  const header = ['label', ...Array.from({ length: 16 }, (_, i) => `v${i}`)].join(',');
  writeFileSync(
    join(folder, 'rows.csv'),
    [header, ...Array.from({ length: 60 }, (_, i) => row([String(i % 3)]))].join('\n'),
  );
  return folder;
}

describeWithTool('cc', 'a network whose outputs are values', () => {
  const folder = autoEncoder();
  const [model, rows] = [join(folder, 'model.onnx'), join(folder, 'rows.csv')];
  const sets = ['--model', model, '--task', 'regress', '--calibrate', rows];

  it('is deployed with the error of its values in place of an accuracy', async () => {
    const deploy = async (levels: string): Promise<Report> => {
      const report = join(folder, `${levels}.json`);
      const out = join(folder, 'build');
      const { code, stdout, stderr } = await tablize([
        ...['deploy', '--board', 'host', ...sets, '--images', rows, '--levels', levels],
        ...['--out', out, '--json', report],
      ]);
      expect(stderr + stdout).toContain('60 of 60 pictures bit-exact');
      expect(stdout).toMatch(
        /outputs are values: sigmoid\(integer \* \S+\)\nerror of the values .* on 60 pictures/,
      );
      expect(stdout).not.toContain('accuracy');
      expect(code).toBe(0);
      return JSON.parse(readFileSync(report, 'utf8')) as Report;
    };
    const fine = await deploy('64x64');
    expect(fine.accuracy).toEqual({ float: null, reference: null, device: null });
    expect(fine.values?.error).toMatchObject({ images: 60 });
    const [few, many] = [(await deploy('3x3')).values?.error, fine.values?.error];
    // The sigmoid's outputs lie between 0 and 1, and finer tables are nearer to them.
    expect(many?.float.least).toBeGreaterThan(0);
    expect(many?.float.greatest).toBeLessThan(1);
    expect(many?.largest).toBeLessThan(0.2);
    expect(many?.mean).toBeGreaterThan(0);
    expect(many?.mean).toBeLessThan((few?.mean ?? 0) / 3);
  });

  it('is quantized with that error, and shown in units; what needs right labels is refused', async () => {
    const out = join(folder, 'tables');
    const made = await tablize([
      'quantize',
      ...sets,
      '--test',
      rows,
      '--levels',
      '64x64',
      '--out',
      out,
      '--json',
    ]);
    expect(JSON.parse(made.stdout)).toMatchObject({
      accuracy: { float: null, table: null },
      error: { images: 60 },
    });
    const shown = await tablize([
      'emulate',
      '--board',
      'host',
      '--model',
      out,
      '--images',
      rows,
      '--count',
      '1',
    ]);
    expect(shown.stdout).toMatch(/picture 0: 16 values, .*bit-exact\n {2}values (-?[\d.e-]+ ?){16}\n/);
    const verified = await tablize(['verify', '--board', 'host', '--model', out, '--images', rows]);
    expect(verified.stdout).toContain(
      'their error is told where the trained model is given with --calibrate',
    );
    for (const words of [
      ['quantize', ...sets, '--test', rows, '--budget', 'flash=4K', '--out', join(folder, 'sought')],
      ['sensitivity', ...sets, '--test', rows],
    ]) {
      const { code, stderr } = await tablize(words);
      expect(stderr).toContain('outputs that are values have no accuracy');
      expect(code).toBe(2);
    }
  });

  it('is not taken for tables without --calibrate', async () => {
    const { code, stderr } = await tablize(['deploy', '--board', 'host', '--model', model]);
    expect(stderr).toMatch(/this is an ONNX model, which has floats[^]*--calibrate/);
    expect(code).toBe(2);
  });

  it('has nothing to calibrate in a folder of tables', async () => {
    const { code, stderr } = await tablize(['inspect', '--model', 'models/mnist-small', '--calibrate', rows]);
    expect(stderr).toContain('it has tables already');
    expect(code).toBe(2);
  });
});
