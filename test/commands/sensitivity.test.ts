import { expect, it } from 'vitest';
import type { SensitivityReport } from '../../toolkit/report/sensitivity.js';
import { tablize } from '../support/cli.js';
import { someDigits } from '../support/some-digits.js';

const digits = someDigits();
const model = 'models/mnist-small/float/model.json';

it('tells of every stage what it loses alone, and levels that can be asked for', async () => {
  const { code, stdout, stderr } = await tablize([
    ...['sensitivity', '--model', model, '--calibrate', `${digits}:train`, '--test', `${digits}:test`],
    ...['--count', '20', '--levels', '4x3', '--drop', '1', '--json'],
  ]);
  expect(code).toBe(0);
  const { fine, asked, stages, suggested, allowed } = JSON.parse(stdout) as SensitivityReport;
  expect(stages.map(({ name, reads }) => [name, reads])).toEqual([
    ['conv1', 'input'],
    ['dense1', 'conv1'],
    ['dense2', 'dense1'],
  ]);
  expect([fine.levels, asked.levels, allowed]).toEqual(['64x33', '4x3', 1]);
  expect(fine.accuracy).toBeGreaterThan(asked.accuracy);
  expect(Math.max(...stages.map(({ drop }) => drop.both))).toBeGreaterThan(0);
  for (const { wants } of stages) expect(wants.activations).toBeGreaterThanOrEqual(4);
  expect(suggested.levels).toMatch(/^4x3(,(conv1|dense1|dense2)=\d+x\d+)+$/);
  expect(stderr).toMatch(/stage +reads +weights +activations +both/);
});

it('needs pictures to measure with', async () => {
  const { code, stderr } = await tablize(['sensitivity', '--model', model, '--calibrate', 'mnist:train']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--test/);
});
