import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { parseGrid } from '../../toolkit/study/index.js';
import { smallGrid, studyOf } from '../support/study.js';

type Grid = typeof smallGrid;
const [first, second] = smallGrid.blocks;

describe('a grid', () => {
  test('becomes cells in the order of its blocks', () => {
    const { cells, distributions } = studyOf({ ...smallGrid, distributions: ['s1-f2-8x5-uniform'] });
    expect(cells.map(({ id }) => id)).toEqual([
      'mlp-s1-f2-8x5-k-means-uniform-learned-e2',
      'mlp-s1-f2-8x5-uniform-fixed-e1',
      'mlp-s2-f2-8x5-uniform-fixed-e1',
    ]);
    expect(cells[2]).toEqual({
      id: 'mlp-s2-f2-8x5-uniform-fixed-e1',
      architecture: 'mlp',
      seed: 2,
      floatEpochs: 2,
      activationLevels: 8,
      weightLevels: 5,
      scheme: smallGrid.schemes[1],
      epochs: 1,
    });
    expect(distributions).toEqual(['mlp-s1-f2-8x5-uniform-fixed-e1']);
  });

  test('how far pictures are moved is in the id of a cell, if it is said', () => {
    const schemes = smallGrid.schemes.map((scheme) => ({ ...scheme, shift: 0 }));
    expect(studyOf({ ...smallGrid, schemes }).cells.map(({ id }) => id)).toEqual([
      'mlp-s1-f2-8x5-k-means-uniform-learned-shift0-e2',
      'mlp-s1-f2-8x5-uniform-fixed-shift0-e1',
      'mlp-s2-f2-8x5-uniform-fixed-shift0-e1',
    ]);
  });

  const cases: [string, string | Partial<Record<keyof Grid | 'distributions' | 'seed', unknown>>, RegExp][] =
    [
      ['text', 'hello', /not JSON, or cut short/],
      ['a file that was cut short', JSON.stringify(smallGrid).slice(0, 300), /not JSON, or cut short/],
      ['nothing of a study', '{}', /not a study: name/],
      ['a name that is a path', { name: '../up' }, /not a study: name: /],
      ['a title that is Markdown', { title: '<b>|' }, /not a study: title: letters, digits/],
      ['an unknown field', { seed: 3 }, /"seed"/],
      [
        'an unknown network',
        { networks: [{ architecture: 'vgg', floatEpochs: 1 }] },
        /networks\.0\.architecture/,
      ],
      [
        'a network twice',
        { networks: [...smallGrid.networks, smallGrid.networks[0]] },
        /network "mlp" is listed twice/,
      ],
      [
        'a scheme twice',
        { schemes: [...smallGrid.schemes, smallGrid.schemes[0]] },
        /scheme "learned" is listed twice/,
      ],
      ['no cells', { blocks: [] }, /not a study: blocks/],
      [
        'a scheme that is not listed',
        { blocks: [{ ...first, schemes: ['best'] }] },
        /a block uses the scheme "best", which the file does not list/,
      ],
      [
        'a network that is not listed',
        { blocks: [{ ...first, networks: ['small'] }] },
        /a block uses the network "small", which the file does not list/,
      ],
      ...['8', '8x', '1x5', '8x257', '08x5', '8x5x3', '8 x 5', '8x0'].map(
        (levels): [string, Partial<Grid>, RegExp] => [
          `levels "${levels}"`,
          { blocks: [{ ...first, levels: [levels] }] as Grid['blocks'] },
          /blocks\.0\.levels\.0: activation x weight levels, 2 to 256 each/,
        ],
      ),
      [
        'a cell twice',
        { blocks: [first, second, second] },
        /the cell "mlp-s1-f2-8x5-uniform-fixed-e1" is in it twice$/,
      ],
      ['a seed twice', { blocks: [{ ...first, seeds: [1, 1] }] }, /is in it twice$/],
      [
        'one scheme by two names',
        {
          schemes: [...smallGrid.schemes, { ...smallGrid.schemes[0], name: 'again' }],
          blocks: [{ ...first, schemes: ['learned', 'again'] }],
        },
        /twice, as the schemes "learned" and "again" are the same/,
      ],
      [
        'levels that are learned without training',
        { blocks: [{ ...first, epochs: 0 }] },
        /the scheme "learned" learns its levels, which a block with 0 epochs cannot do/,
      ],
      [
        'activation levels that training cannot start from',
        {
          schemes: [{ name: 'learned', weights: 'k-means', activations: 'least-error', learn: false }],
          blocks: smallGrid.blocks.slice(0, 1),
        },
        /the scheme "learned" finds activation levels by least-error, which only a block with 0 epochs can do/,
      ],
      ['distributions of no cell', { distributions: ['resnet'] }, /distributions: no cell has "resnet"/],
    ];

  test.each(cases)('with %s is refused', (_title, change, message) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...smallGrid, ...change });
    expect(() => parseGrid(text, 'my-grid.json')).toThrow(InputError);
    expect(() => parseGrid(text, 'my-grid.json')).toThrow(message);
    expect(() => parseGrid(text, 'my-grid.json')).toThrow(
      expect.objectContaining({ where: 'my-grid.json', next: 'Compare it with docs/study.md.' }),
    );
  });

  test.each(readdirSync('docs/studies'))('of this project is sound: %s', (file) => {
    const path = `docs/studies/${file}`;
    const { name, cells } = parseGrid(readFileSync(path, 'utf8'), path);
    expect(file).toBe(`${name}.json`);
    expect(cells.length).toBeGreaterThan(10);
  });
});
