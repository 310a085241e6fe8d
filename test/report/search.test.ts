import { describe, expect, it } from 'vitest';
import { searchLines, searchReport, trialLine } from '../../toolkit/report/search.js';
import { candidateText, uniform, withStages, type Candidate } from '../../toolkit/search/ladder.js';
import type { Trial } from '../../toolkit/search/trial.js';

const trial = (candidate: Candidate, entries: number, flashBytes: number, drop: number): Trial => ({
  candidate,
  text: candidateText(candidate),
  entries,
  largestTable: entries / 2,
  flashBytes,
  pictures: 2000,
  accuracy: 0.98 - drop / 100,
  drop,
  final: false,
});
const usual = uniform({ activations: 8, weights: 5 });
const shrunk = withStages(usual, new Map([['conv1', { activations: 4, weights: 3 }]]));
const trials = [
  trial(usual, 80, 13_000, -0.001),
  trial(shrunk, 52, 12_900, 0.25),
  trial(uniform({ activations: 4, weights: 3 }), 24, 13_100, 4),
  trial(uniform({ activations: 16, weights: 3 }), 96, 13_100, 4),
];

describe('the report of a search', () => {
  const budget = { flash: 12_999, drop: 1 };
  const report = searchReport({ best: trials[1] ?? null, trials }, budget, 'mnist:test');

  it('has every candidate, the fewest entries first', () => {
    expect(report).toMatchObject({ budget, images: 'mnist:test', best: '8x5,conv1=4x3' });
    expect(report.candidates.map(({ levels, meets, front }) => [levels, meets, front])).toEqual([
      ['4x3', false, true],
      ['8x5,conv1=4x3', true, true],
      ['8x5', false, true],
      ['16x3', false, false],
    ]);
    expect(report.candidates[1]).toEqual({
      levels: '8x5,conv1=4x3',
      activations: 8,
      weights: 5,
      stages: { conv1: { activations: 4, weights: 3 } },
      entries: 52,
      largestTable: 26,
      flash: 12_900,
      accuracy: 0.98 - 0.0025,
      pictures: 2000,
      drop: 0.25,
      meets: true,
      front: true,
    });
  });

  it('is a table for people', () => {
    expect(searchLines(report).slice(0, 5)).toEqual([
      '   levels         entries  flash   accuracy  drop  pictures  front  budget',
      '   4x3            24       13,100  94.00 %   4.00  2,000     *',
      '>  8x5,conv1=4x3  52       12,900  97.75 %   0.25  2,000     *      met',
      '   8x5            80       13,000  98.00 %   0.00  2,000     *',
      '   16x3           96       13,100  94.00 %   4.00  2,000',
    ]);
  });

  it('of a trial is a line', () => {
    expect(trials.map(trialLine)[1]).toBe(
      '8x5,conv1=4x3: 52 entries, 12,900 bytes, 97.75 % of 2,000 pictures, drop 0.25',
    );
  });
});
