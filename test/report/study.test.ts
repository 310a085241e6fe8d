import { describe, expect, it } from 'vitest';
import { hundredths } from '../../toolkit/report/study/findings.js';
import { isEmptyStudy, renderStudy } from '../../toolkit/report/study/index.js';
import type { CellDistributions, CellResult } from '../../toolkit/study/index.js';
import { madeUpResult, smallGrid, studyOf } from '../support/study.js';
import { parseXml } from '../support/tiny-xml.js';

const block = { networks: ['mlp'], seeds: [2, 1], schemes: ['learned', 'fixed'], epochs: 3 };
const study = studyOf({
  ...smallGrid,
  title: 'A made-up study',
  blocks: [
    { ...block, levels: ['32x10', '8x5'] },
    { ...block, networks: ['cnn'], seeds: [1], schemes: ['fixed'], levels: ['8x5'] },
    { ...block, networks: ['cnn'], seeds: [1], schemes: ['fixed'], levels: ['8x5'], epochs: 0 },
    { ...block, networks: ['cnn'], seeds: [7], schemes: ['fixed'], levels: ['8x5'] },
  ],
});

/** Accuracies by hand, float and table, for each cell that is finished. */
const ACCURACIES: Readonly<Record<string, readonly [number, number]>> = {
  'mlp-s1-f2-8x5-k-means-uniform-learned-e3': [0.9, 0.89],
  'mlp-s2-f2-8x5-k-means-uniform-learned-e3': [0.92, 0.9],
  'mlp-s1-f2-32x10-k-means-uniform-learned-e3': [0.9, 0.9012],
  'mlp-s2-f2-32x10-k-means-uniform-learned-e3': [0.92, 0.9188],
  'mlp-s1-f2-8x5-uniform-fixed-e3': [0.9, 0.7],
  'mlp-s2-f2-8x5-uniform-fixed-e3': [0.92, 0.8],
  'mlp-s1-f2-32x10-uniform-fixed-e3': [0.9, 0.88],
  'cnn-s1-f1-8x5-uniform-fixed-e3': [0.95, 0.94],
  'cnn-s1-f1-8x5-uniform-fixed-e0': [0.95, 0.96],
};
const results: readonly CellResult[] = study.cells.flatMap((cell) => {
  const [float, table] = ACCURACIES[cell.id] ?? [];
  return float === undefined || table === undefined ? [] : [madeUpResult(cell, { float, table })];
});
const distributions: readonly CellDistributions[] = [
  {
    format: 'tablize/distributions@1',
    cell: 'mlp-s1-f2-8x5-k-means-uniform-learned-e3',
    pictures: 1,
    weights: [
      {
        stage: 'conv',
        kind: 'conv2d',
        levels: [-1, 0, 2],
        used: [3, 4, 2],
        histogram: { from: -1, to: 3, counts: [4, 5] },
      },
    ],
    activations: [
      { tensor: 'input', levels: [0, 0.5, 2], counts: [10, 20, 1] },
      { tensor: 'conv', levels: [0, 1], counts: [9, 9] },
    ],
  },
];

const command = 'npx tablize study --grid docs/studies/made-up.json';
const render = (given: readonly CellResult[] = results): ReadonlyMap<string, string> =>
  new Map(
    renderStudy({ study, results: given, distributions, command }).map(({ path, text }) => [path, text]),
  );

/** The lines of the page, padding of tables left out. */
const linesOf = (files: ReadonlyMap<string, string>): string[] =>
  (files.get('README.md') ?? '').split('\n').map((line) => line.replace(/ +/g, ' '));

describe('the page of a study', () => {
  const files = render();
  const lines = linesOf(files);

  it('has a mark, a title, the data and the command', () => {
    expect(lines[0]).toBe('<!-- Made by `tablize study`; changes are lost. -->');
    expect(lines).toContain('# A made-up study');
    expect(lines.join('\n')).toContain('Data: `rows`, 640 pictures to train with and 150 to test with.');
    expect(lines).toContain(command);
    expect(lines.join('\n')).toMatch(/All numbers come from \[results\.jsonl\]/);
  });

  it('tells what was compared', () => {
    expect(lines).toContain('| mlp | 2 | 1, 2 |');
    expect(lines).toContain('| cnn | 1 | 1, 7 |');
    expect(lines).toContain('| learned | k-means | uniform | learned | 3 |');
    // One scheme with several epochs is several.
    expect(lines).toContain('| fixed, 3 epochs | uniform | fixed | kept | 3 |');
    expect(lines).toContain('| fixed, without training | uniform | fixed | kept, no training | 0 |');
  });

  it('has means and extremes over seeds', () => {
    const at = lines.indexOf('### mlp');
    expect(lines.slice(at + 4, at + 10)).toEqual([
      '| scheme | levels | entries | epochs | seeds | float, % | tables, % | least to most | drop, points | least to most |',
      expect.stringMatching(/^\| -+ \|/),
      '| learned | 8x5 | 40 | 3 | 2 | 91.00 | 89.50 | 89.00 to 90.00 | 1.50 | 1.00 to 2.00 |',
      '| learned | 32x10 | 320 | 3 | 2 | 91.00 | 91.00 | 90.12 to 91.88 | 0.00 | -0.12 to 0.12 |',
      '| fixed, 3 epochs | 8x5 | 40 | 3 | 2 | 91.00 | 75.00 | 70.00 to 80.00 | 16.00 | 12.00 to 20.00 |',
      '| fixed, 3 epochs | 32x10 | 320 | 3 | 1 | 90.00 | 88.00 | | 2.00 | |',
    ]);
  });

  it('has every seed', () => {
    expect(lines).toContain('| seed | float, % | scheme | 8x5 = 40 | 32x10 = 320 |');
    expect(lines).toContain('| 1 | 90.00 | learned | 89.00 (1.00) | 90.12 (-0.12) |');
    expect(lines).toContain('| 2 | 92.00 | learned | 90.00 (2.00) | 91.88 (0.12) |');
    expect(lines).toContain('| 2 | 92.00 | fixed, 3 epochs | 80.00 (12.00) | |');
  });

  it('ranks the schemes at 40 entries, and names the best for each size', () => {
    const at = lines.indexOf('## Which scheme is best at 40 entries');
    expect(lines.slice(at + 6, at + 10)).toEqual([
      '| mlp | learned | 8x5 | 2 | 89.50 | 1.50 | 1.00 to 2.00 |',
      '| mlp | fixed, 3 epochs | 8x5 | 2 | 75.00 | 16.00 | 12.00 to 20.00 |',
      '| cnn | fixed, without training | 8x5 | 1 | 96.00 | -1.00 | |',
      '| cnn | fixed, 3 epochs | 8x5 | 1 | 94.00 | 1.00 | |',
    ]);
    expect(lines).toContain('| mlp | learned (1.50) | learned (0.00) |');
    expect(lines).toContain('| cnn | fixed, without training (-1.00) | |');
  });

  it('has the compactness of every network, and the layers of the best with 40 entries', () => {
    // Two tables of 42 bytes; codes and indices as test/report/inspect.test.ts has them.
    const whole = lines.find((line) => line.startsWith('| mlp | learned | 8x5 | 38 | 42 |')) ?? '';
    expect(whole).toMatch(
      /^\| mlp \| learned \| 8x5 \| 38 \| 42 \| \d\.\d\d \| \d\.\d\d \| \d\.\d\d \| \d+ \| \d+ \| \d\.\d times \|$/,
    );
    expect(lines).toContain('### Layers of mlp, 8x5, learned, seed 1');
    expect(lines).toContain('### Layers of cnn, 8x5, fixed, without training, seed 1');
    expect(lines).toContain('| conv | 4 x 3 | 3 | 18 | 1.58 | 2.67 | 2.00 | 6 | 5 |');
  });

  it('shows plots that are there, and has no others', () => {
    const shown = [...lines.join('\n').matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, path]) => path);
    expect(shown.toSorted()).toEqual([...files.keys()].filter((path) => path !== 'README.md').sort());
    expect(shown).toContain('accuracy-mlp.svg');
    expect(shown).toContain('compactness-cnn.svg');
    expect(shown).toContain('distributions/mlp-s1-f2-8x5-k-means-uniform-learned-e3-conv-weights.svg');
    const described = (path: string): string => parseXml(files.get(path) ?? '').children[1]?.text ?? '';
    expect(described('accuracy-mlp.svg')).toMatch(
      /learned: 89\.5 \(89 to 90\) at 40, 91 \(90\.12 to 91\.88\) at 320\. fixed, 3 epochs: 75 \(70 to 80\) at 40, 88 .*at 320\. Line float, 91\.00 %, mean of 2 seeds: 91\./,
    );
    expect(described('distributions/mlp-s1-f2-8x5-k-means-uniform-learned-e3-conv-weights.svg')).toMatch(
      /9 values in 2 bins from -1 to 3\. 3 levels: -1, 0, 2\./,
    );
    // Levels 0, 0.5 and 2: middles 0.25 and 1.25; the outermost bins reach out as far as in.
    expect(described('distributions/mlp-s1-f2-8x5-k-means-uniform-learned-e3-input-activations.svg')).toMatch(
      /31 values in 3 bins from -0\.25 to 2\.75/,
    );
  });

  it('draws a scheme whose table sizes are trained differently as one line', () => {
    const uneven = studyOf({
      ...smallGrid,
      blocks: [
        { ...block, schemes: ['learned'], levels: ['8x5'], epochs: 9 },
        { ...block, schemes: ['learned'], levels: ['32x10'], epochs: 4 },
      ],
    });
    const all = uneven.cells.map((cell) => madeUpResult(cell, { float: 0.9, table: 0.8 }));
    const found = new Map(
      renderStudy({ study: uneven, results: all, distributions: [], command }).map(({ path, text }) => [
        path,
        text,
      ]),
    );
    expect(linesOf(found)).toContain('| learned | k-means | uniform | learned | 4, 9 |');
    expect(linesOf(found)).toContain(
      '| learned | 8x5 | 40 | 9 | 2 | 90.00 | 80.00 | 80.00 to 80.00 | 10.00 | 10.00 to 10.00 |',
    );
    expect(parseXml(found.get('accuracy-mlp.svg') ?? '').children[1]?.text).toContain(
      'learned: 80 (80 to 80) at 40, 80 (80 to 80) at 320.',
    );
  });

  it('says what is missing', () => {
    expect(lines).toContain(
      '9 of 11 cells of the study are finished. Missing: `mlp-s2-f2-32x10-uniform-fixed-e3`, `cnn-s7-f1-8x5-uniform-fixed-e3`.',
    );
    expect(isEmptyStudy(study, [])).toBe(true);
    expect(isEmptyStudy(study, results.slice(-1))).toBe(false);
  });

  it('is the same from the same results, in whatever order, whatever else is in the file', () => {
    const stranger = { ...(results[0] as CellResult), cell: 'of-another-grid' };
    expect([...render([stranger, ...results.toReversed()])]).toEqual([...files]);
  });

  it('names a scheme as the grid does now', () => {
    const renamed = results.map((result) => ({ ...result, scheme: { ...result.scheme, name: 'old' } }));
    expect([...render(renamed)]).toEqual([...files]);
  });

  it('has a page for a single result too', () => {
    const page = linesOf(render(results.slice(-1)));
    expect(page).toContain('### cnn');
    expect(page).not.toContain('### mlp');
    expect(page.join('\n')).toMatch(
      /1 of 11 cells of the study are finished\. Missing: (`[^`]+`(, )?){10}\./,
    );
  });

  it('rounds to hundredths', () => {
    expect([0.98765, 1, 0, -0.00001, -0.0123, 0.89445].map(hundredths)).toEqual([
      '98.77',
      '100.00',
      '0.00',
      '0.00',
      '-1.23',
      '89.45',
    ]);
  });
});
