import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LevelCounts } from '../../toolkit/quantize/index.js';
import { uniform, withStages, type Candidate } from '../../toolkit/search/ladder.js';
import { findSensitivity } from '../../toolkit/search/sensitivity.js';
import { madeUp, SMALL_LADDER } from './made-up.js';

const fine = { activations: 13, weights: 11 };
const levels = { activations: 5, weights: 3 };

test('tells what each stage loses alone, and the fewest levels that lose no more than is allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(['a'], ['a', 'b', 'b'], ['a', 'a', 'b']),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (seed, reads, allowed) => {
        const { tables, trialOf } = madeUp(seed, reads);
        const tried: string[] = [];
        const evaluate = (candidate: Candidate) => {
          const trial = trialOf(candidate);
          tried.push(trial.text);
          return Promise.resolve(trial);
        };
        const { stages } = tables;
        const found = await findSensitivity({ stages, evaluate, levels, allowed, ladder: SMALL_LADDER });
        expect(new Set(tried).size).toBe(tried.length);

        const dropOf = (counts: readonly (readonly [string, LevelCounts])[]): number =>
          trialOf(withStages(uniform(fine), new Map(counts))).drop - trialOf(uniform(fine)).drop;
        for (const { name, reads: tensor, drop, wants } of found.stages) {
          const readers = stages.filter((stage) => stage.reads === tensor).map((stage) => stage.name);
          const withWeights = (weights: number) => dropOf([[name, { ...fine, weights }]]);
          const withActivations = (activations: number) =>
            dropOf(readers.map((reader) => [reader, { ...fine, activations }]));
          expect(drop.weights).toBe(withWeights(levels.weights));
          expect(drop.activations).toBe(withActivations(levels.activations));
          expect(drop.both).toBeGreaterThanOrEqual(Math.max(drop.weights, drop.activations));
          expect(wants.weights).toBe(SMALL_LADDER.weights.find((count) => withWeights(count) <= allowed));
          expect(wants.activations).toBe(
            SMALL_LADDER.activations.find((count) => withActivations(count) <= allowed),
          );
        }
        expect(found.asked.text).toBe('5x3');
        expect(found.fine.text).toBe('13x11');
      },
    ),
    { numRuns: 60 },
  );
});

test('says of a stage for which the ladder is too short', async () => {
  const { tables, trialOf } = madeUp(1, ['a']);
  const evaluate = (candidate: Candidate) => Promise.resolve(trialOf(candidate));
  const { stages } = await findSensitivity({
    stages: tables.stages,
    evaluate,
    levels,
    allowed: -1,
    ladder: SMALL_LADDER,
  });
  expect(stages[0]?.wants).toEqual({ activations: null, weights: null });
});
