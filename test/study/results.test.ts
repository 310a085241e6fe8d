import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { readResults, type Cell } from '../../toolkit/study/index.js';
import { appendResult } from '../../toolkit/study/results.js';
import { repository } from '../support/cli.js';
import { madeUpResult, smallGrid, studyOf } from '../support/study.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const cells = studyOf(smallGrid).cells;
const results = cells.map((cell, i) => madeUpResult(cell, { float: 0.9, table: 0.8 + i / 100 }));
const [first, second, third] = results as [
  (typeof results)[number],
  (typeof results)[number],
  (typeof results)[number],
];
const file = (): string => join(temporaryFolder('results'), 'out', 'results.jsonl');
const namesIn = (path: string): string[] => readResults(path).results.map(({ cell }) => cell);

describe('a results file', () => {
  test('holds a line for each cell, whose numbers have six decimals at most', () => {
    const path = file();
    expect(readResults(path)).toEqual({ results: [], cutShort: [] });
    appendResult(path, { ...first, accuracy: { float: 2 / 3, table: 0.5 } });
    appendResult(path, second);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
    const [read, other] = readResults(path).results;
    expect(read?.accuracy).toEqual({ float: 0.666667, table: 0.5 });
    expect(other?.compactness.stages.map(({ name }) => name)).toEqual(
      second.compactness.stages.map(({ name }) => name),
    );
  });

  test('has a cell only once, whoever is first', () => {
    const path = file();
    appendResult(path, first);
    const before = readFileSync(path, 'utf8');
    appendResult(path, { ...first, accuracy: { float: 0.1, table: 0.1 } });
    expect(readFileSync(path, 'utf8')).toBe(before);
    writeFileSync(path, before + before);
    expect(namesIn(path)).toEqual([first.cell]);
  });

  test('goes on after a line that was cut short, at whatever place', () => {
    const whole = file();
    for (const result of results) appendResult(whole, result);
    const text = readFileSync(whole, 'utf8');
    const start = text.indexOf('\n') + 1;
    for (const cut of [start + 1, start + 200, text.indexOf('\n', start) - 1, text.indexOf('\n', start)]) {
      const path = file();
      appendResult(path, first);
      writeFileSync(path, text.slice(0, cut));
      const complete = cut === text.indexOf('\n', start);
      expect(namesIn(path)).toEqual(complete ? [first.cell, second.cell] : [first.cell]);
      expect(readResults(path).cutShort).toEqual(complete ? [] : [2]);
      appendResult(path, second);
      appendResult(path, third);
      expect(namesIn(path)).toEqual([first.cell, second.cell, third.cell]);
      if (complete) expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  test.each([
    ['JSON of something else', '{"a": 1}', /line 2 is not a result/],
    ['a number', '17', /line 2 is not a result/],
    [
      'a result with an accuracy above 1',
      JSON.stringify({ ...second, accuracy: { float: 1.5, table: 0.5 } }),
      /line 2 is not a result/,
    ],
    [
      'another result of the same cell',
      JSON.stringify({ ...first, accuracy: { float: 0.5, table: 0.5 } }),
      /line 2 tells another result of the cell "mlp-s1-f2-8x5-k-means/,
    ],
    [
      'a result of other data',
      JSON.stringify({ ...second, data: { ...second.data, name: 'columns', hash: 'c'.repeat(64) } }),
      /of other data: "columns" \(640 \+ 150 pictures, cccccccccccc\), not "rows"/,
    ],
  ])('with %s is refused', (_title, line, message) => {
    const path = file();
    appendResult(path, first);
    writeFileSync(path, `${readFileSync(path, 'utf8')}${line}\n`);
    const read = (): unknown => readResults(path);
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ where: path }));
  });

  test('that cannot be written to is an error with the place', () => {
    const folder = temporaryFolder('results');
    expect(() => {
      appendResult(folder, first);
    }).toThrow(expect.objectContaining({ exitCode: 2, where: folder }));
  });

  test('takes lines of several processes at once', async () => {
    const path = file();
    const append = async (process: number): Promise<void> => {
      const mine = Array.from({ length: 30 }, (_, i) =>
        madeUpResult({ ...(cells[0] as Cell), id: `cell-${process}-${i}` }, { float: 1, table: 0.5 }),
      );
      const input = join(temporaryFolder('results'), 'mine.json');
      writeFileSync(input, JSON.stringify(mine));
      const script = `
        import { readFileSync } from 'node:fs';
        import { appendResult } from '${repository}dist/study/results.js';
        for (const result of JSON.parse(readFileSync(process.argv[1], 'utf8'))) appendResult(process.argv[2], result);`;
      await promisify(execFile)('node', ['--input-type=module', '-e', script, input, path]);
    };
    await Promise.all([append(1), append(2), append(3)]);
    const { results: all, cutShort } = readResults(path);
    expect(cutShort).toEqual([]);
    expect(new Set(all.map(({ cell }) => cell)).size).toBe(90);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(90);
  });
});
