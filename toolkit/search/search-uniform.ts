import type { LevelCounts } from '../quantize/index.js';
import { uniform, type Candidate, type Ladder } from './ladder.js';
import { bestOf, fits, isAccurate, type Budget, type Trial } from './trial.js';

/**
 * The best candidate with the same levels in all stages; null if none meets the budget. It is taken that more levels of
 * both kinds cost no less flash and no less accuracy comes of them. So a candidate that
 *
 * - needs too much flash settles all that have no fewer of both: they need too much too;
 * - loses too much settles all that have no more of both, and so does, where any drop will do, one that fits;
 * - meets the budget settles all that would not have fewer entries.
 *
 * Next is always the one that settles most others, whichever way it turns out: of 108 candidates ten to twenty are
 * tried, more only where none will do.
 */
export async function searchUniform(
  ladder: Ladder,
  budget: Budget,
  look: (candidate: Candidate) => Promise<Trial>,
): Promise<Trial | null> {
  const tried: Trial[] = [];
  let open = ladder.activations.flatMap((activations) =>
    ladder.weights.map((weights): LevelCounts => ({ activations, weights })),
  );
  for (let next = mostTelling(open, budget); next !== null; next = mostTelling(open, budget)) {
    const chosen = next;
    const trial = await look(uniform(chosen));
    tried.push(trial);
    const settled = settledBy(chosen, trial, budget);
    open = open.filter((other) => other !== chosen && !settled(other));
  }
  return bestOf(tried, budget);
}

type Settles = (other: LevelCounts) => boolean;

const entries = ({ activations, weights }: LevelCounts): number => activations * weights;

const notMoreThan =
  (most: LevelCounts): Settles =>
  ({ activations, weights }) =>
    activations <= most.activations && weights <= most.weights;

const notLessThan =
  (least: LevelCounts): Settles =>
  ({ activations, weights }) =>
    activations >= least.activations && weights >= least.weights;

const noSmallerThan =
  (least: LevelCounts): Settles =>
  (other) =>
    entries(other) >= entries(least);

function settledBy(counts: LevelCounts, trial: Trial, budget: Budget): Settles {
  if (!fits(trial, budget)) return notLessThan(counts);
  if (budget.drop === null || !isAccurate(trial, budget)) return notMoreThan(counts);
  return noSmallerThan(counts);
}

/** Of those that settle most in the worse case, the smallest. */
function mostTelling(open: readonly LevelCounts[], { drop }: Budget): LevelCounts | null {
  const settles = (counts: LevelCounts): number => {
    const outcomes = [notMoreThan(counts), drop === null ? notLessThan(counts) : noSmallerThan(counts)];
    return Math.min(...outcomes.map((settled) => open.filter(settled).length));
  };
  const ranked = open.map((counts) => ({ counts, settled: settles(counts) }));
  const better = (a: (typeof ranked)[number], b: (typeof ranked)[number]): boolean =>
    a.settled > b.settled || (a.settled === b.settled && entries(a.counts) < entries(b.counts));
  return (
    ranked.reduce<(typeof ranked)[number] | null>(
      (best, one) => (best === null || better(one, best) ? one : best),
      null,
    )?.counts ?? null
  );
}
