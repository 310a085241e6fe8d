import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LevelCounts } from '../../toolkit/quantize/index.js';
import { LADDER, uniform } from '../../toolkit/search/ladder.js';
import { searchUniform } from '../../toolkit/search/search-uniform.js';
import { bestOf, fits, isAccurate, type Budget, type Trial } from '../../toolkit/search/trial.js';
import { madeUp } from './made-up.js';

const all: readonly LevelCounts[] = LADDER.activations.flatMap((activations) =>
  LADDER.weights.map((weights) => ({ activations, weights })),
);

/** A budget that falls somewhere between what the least and the most levels give; or beyond. */
const budgetOf = (trials: readonly Trial[], flashAt: number | null, dropAt: number | null): Budget => {
  const at = (values: readonly number[], part: number): number => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return least + part * (most - least);
  };
  const flash =
    flashAt === null
      ? null
      : Math.round(
          at(
            trials.map(({ flashBytes }) => flashBytes),
            flashAt,
          ),
        );
  const drop =
    dropAt === null
      ? null
      : at(
          trials.map((trial) => trial.drop),
          dropAt,
        );
  return { flash, drop };
};
const part = fc.option(fc.double({ min: -0.1, max: 1.1, noNaN: true }));

describe('levels that are the same in all stages', () => {
  test('are as good as the best of all, with few tried, none of them settled by one before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), part, part, async (seed, flashAt, dropAt) => {
        fc.pre(flashAt !== null || dropAt !== null);
        const { trialOf } = madeUp(seed);
        const every = all.map((counts) => trialOf(uniform(counts)));
        const budget = budgetOf(every, flashAt, dropAt);
        const tried: Trial[] = [];
        const found = await searchUniform(LADDER, budget, (candidate) => {
          const trial = trialOf(candidate);
          tried.push(trial);
          return Promise.resolve(trial);
        });
        const best = bestOf(every, budget);
        expect(found === null).toBe(best === null);
        if (found !== null && best !== null) {
          // Equal ones may differ in what counts less.
          if (budget.drop === null) expect(found.drop).toBe(best.drop);
          else expect(found.entries).toBe(best.entries);
        }
        expect(tried.length).toBeLessThanOrEqual(40);
        tried.forEach(({ candidate, entries }, i) => {
          for (const before of tried.slice(0, i)) {
            const more =
              candidate.activations >= before.candidate.activations &&
              candidate.weights >= before.candidate.weights;
            const fewer =
              candidate.activations <= before.candidate.activations &&
              candidate.weights <= before.candidate.weights;
            if (!fits(before, budget)) expect(more).toBe(false);
            else if (!isAccurate(before, budget)) expect(fewer).toBe(false);
            else if (budget.drop !== null) expect(entries).toBeLessThan(before.entries);
            else expect(fewer).toBe(false);
          }
        });
      }),
    );
  });

  test('by hand: 40 entries where 8 and 5 levels are what it takes', async () => {
    const tried: string[] = [];
    const found = await searchUniform(LADDER, { flash: null, drop: 0.5 }, (candidate) => {
      const { activations, weights } = candidate;
      tried.push(`${activations}x${weights}`);
      return Promise.resolve({
        ...madeUp(1).trialOf(candidate),
        entries: activations * weights,
        drop: activations >= 8 && weights >= 5 ? 0.5 : 0.6,
      });
    });
    expect(found?.text).toBe('8x5');
    expect(tried.length).toBeLessThan(15);
  });

  test('what is thrown comes through', async () => {
    const failing = searchUniform(LADDER, { flash: 1, drop: 1 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });
});
