import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidateText, LADDER, uniform, withStages } from '../../toolkit/search/ladder.js';
import { isBetter, meets, paretoFront, type Trial } from '../../toolkit/search/trial.js';

const trial = (entries: number, flashBytes: number, drop: number): Trial => ({
  candidate: uniform({ activations: 8, weights: 5 }),
  text: '8x5',
  entries,
  largestTable: entries,
  flashBytes,
  pictures: 1000,
  accuracy: 0.9,
  drop,
  final: false,
});

// Few values, so that many are equal.
const few = fc.integer({ min: 0, max: 4 });
const someTrials = fc.array(
  fc.tuple(few, few, few).map(([a, b, c]) => trial(a, b, c)),
  { maxLength: 25 },
);
const beats = (a: Trial, b: Trial): boolean =>
  a.entries <= b.entries &&
  a.flashBytes <= b.flashBytes &&
  a.drop <= b.drop &&
  (a.entries < b.entries || a.flashBytes < b.flashBytes || a.drop < b.drop);

describe('the Pareto front', () => {
  test('holds those that nothing beats, and what is not in it is beaten by one that is', () => {
    fc.assert(
      fc.property(someTrials, (trials) => {
        const front = paretoFront(trials);
        for (const one of front) expect(trials.some((other) => beats(other, one))).toBe(false);
        for (const one of trials) {
          if (!front.includes(one)) expect(front.some((other) => beats(other, one))).toBe(true);
        }
        expect(front.length > 0).toBe(trials.length > 0);
      }),
    );
  });

  test('by hand', () => {
    const [small, cheap, good, bad] = [trial(1, 9, 9), trial(9, 1, 9), trial(9, 9, 1), trial(9, 9, 9)];
    expect(paretoFront([small, cheap, good, bad])).toEqual([small, cheap, good]);
    expect(paretoFront([bad, bad])).toEqual([bad, bad]);
  });
});

test('better is an order', () => {
  const budget = fc.constantFrom({ flash: null, drop: 1 }, { flash: 10, drop: null });
  fc.assert(
    fc.property(someTrials, budget, (trials, wanted) => {
      for (const a of trials) {
        expect(isBetter(a, a, wanted)).toBe(false);
        for (const b of trials) {
          expect(isBetter(a, b, wanted) && isBetter(b, a, wanted)).toBe(false);
          if (beats(a, b)) expect(isBetter(a, b, wanted)).toBe(true);
        }
      }
    }),
  );
});

test('a budget is met up to and including its limits, with room for rounding', () => {
  expect(meets(trial(1, 100, 0.5), { flash: 100, drop: 0.5 })).toBe(true);
  expect(meets(trial(1, 101, 0.5), { flash: 100, drop: 0.5 })).toBe(false);
  expect(meets(trial(1, 100, 0.51), { flash: 100, drop: 0.5 })).toBe(false);
  expect(meets(trial(1, 100, (100 * (5 - 2)) / 1000), { flash: null, drop: 0.3 })).toBe(true);
  expect(meets(trial(1, 100, 99), { flash: 100, drop: null })).toBe(true);
});

test('candidates are written as --levels takes them, the same always alike', () => {
  const usual = uniform({ activations: 8, weights: 5 });
  expect(candidateText(usual)).toBe('8x5');
  const one = withStages(usual, new Map([['b', { activations: 4, weights: 3 }]]));
  const two = withStages(one, new Map([['a', { activations: 4, weights: 5 }]]));
  expect(candidateText(two)).toBe('8x5,a=4x5,b=4x3');
  expect(candidateText(withStages(two, new Map([['b', { activations: 8, weights: 5 }]])))).toBe('8x5,a=4x5');
});

test('the ladder ascends', () => {
  for (const rungs of [LADDER.activations, LADDER.weights])
    expect(rungs).toEqual([...new Set(rungs)].sort((a, b) => a - b));
});
