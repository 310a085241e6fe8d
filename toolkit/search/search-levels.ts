import { candidateText, LADDER, uniform, type Candidate, type Ladder } from './ladder.js';
import { searchUniform } from './search-uniform.js';
import { shrinkStages, type Tables } from './shrink-stages.js';
import { bestOf, fits, isAccurate, meets, type Budget, type Evaluate, type Trial } from './trial.js';

export interface SearchOptions {
  readonly tables: Tables;
  readonly evaluate: Evaluate;
  readonly ladder?: Ladder;
  /** After so many candidates no more stages are shrunk. */
  readonly mostTrials?: number;
}

/** Nothing met the budget: what came near. */
export interface Unmet {
  /** The fewest bytes of flash that any candidate needs. */
  readonly smallest: Trial;
  /** The least drop of those that fit; null if none does. */
  readonly nearest: Trial | null;
  /** The fewest bytes of those that keep to the drop; null if none does. */
  readonly accurate: Trial | null;
}

export interface SearchResult {
  /** What meets the budget, measured on all pictures; null if nothing does. */
  readonly best: Trial | null;
  /** Null if something met the budget. */
  readonly unmet: Unmet | null;
  /** All that was tried, in order. */
  readonly trials: readonly Trial[];
}

const MOST_TRIALS = 150;
/** Where the drop does not matter: how many of the most accurate are measured on all pictures. */
const FINALISTS = 3;

/**
 * The smallest tables that meet a budget (with a flash budget alone: the most accurate that fit, with the same levels in
 * all stages). Levels that are the same in all stages are sought first (`searchUniform`), then single stages are
 * shrunk (`shrinkStages`). Where such levels lose little enough but none of these fits, stages are shrunk until one
 * does. What is found is measured on all pictures; if it then turns out not to meet the budget, the search goes on.
 *
 * @throws what `evaluate` throws.
 */
export async function searchLevels(
  budget: Budget,
  { tables, evaluate, ladder = LADDER, mostTrials = MOST_TRIALS }: SearchOptions,
): Promise<SearchResult> {
  const trials = new Map<string, Trial>();
  const look = async (candidate: Candidate, thorough = false): Promise<Trial> => {
    const text = candidateText(candidate);
    const known = trials.get(text);
    if (known !== undefined && (known.final || !thorough)) return known;
    const trial = await evaluate(candidate, thorough);
    trials.set(text, trial);
    return trial;
  };
  const quickly = (candidate: Candidate): Promise<Trial> => look(candidate);
  const shrinking = { ladder, tables, look: quickly, room: () => mostTrials - trials.size };

  /** The levels that lose little enough, with stages shrunk until they fit. */
  const squeezed = async (): Promise<Trial | null> => {
    const accurate = await searchUniform(ladder, { ...budget, flash: null }, quickly);
    if (accurate === null) return null;
    const small = await shrinkStages(accurate, {
      ...shrinking,
      measure: 'flashBytes',
      allowed: (trial) => isAccurate(trial, budget),
      enough: (trial) => fits(trial, budget),
    });
    return fits(small, budget) ? small : null;
  };
  const smallest = async (): Promise<Trial | null> => {
    for (;;) {
      const start = (await searchUniform(ladder, budget, quickly)) ?? (await squeezed());
      if (start === null) return null;
      const found = await shrinkStages(start, {
        ...shrinking,
        measure: 'entries',
        allowed: (trial) => meets(trial, budget),
        enough: () => false,
      });
      // Each round that fails measures one more candidate on all pictures, so there is an end.
      const measured = await look(found.candidate, true);
      if (meets(measured, budget)) return measured;
    }
  };
  const mostAccurate = async (): Promise<Trial | null> => {
    await searchUniform(ladder, budget, quickly);
    const finalists = [...trials.values()]
      .filter((trial) => fits(trial, budget))
      .sort((a, b) => a.drop - b.drop || a.entries - b.entries)
      .slice(0, FINALISTS);
    const measured: Trial[] = [];
    for (const { candidate } of finalists) measured.push(await look(candidate, true));
    return bestOf(measured, budget);
  };

  const [activations = 2] = ladder.activations;
  const [weights = 2] = ladder.weights;
  const none = budget.flash !== null && !fits(await look(uniform({ activations, weights })), budget);
  const best = none ? null : budget.drop === null ? await mostAccurate() : await smallest();
  // Of those that fit, how near can one come?
  if (best === null && !none) await searchUniform(ladder, { ...budget, drop: null }, quickly);
  const all = [...trials.values()];
  return { best, unmet: best === null ? unmet(all, budget) : null, trials: all };
}

function unmet(trials: readonly Trial[], budget: Budget): Unmet | null {
  const least = (key: (trial: Trial) => number, of: readonly Trial[]): Trial | null =>
    of.reduce<Trial | null>((best, trial) => (best === null || key(trial) < key(best) ? trial : best), null);
  const bytes = ({ flashBytes }: Trial): number => flashBytes;
  const smallest = least(bytes, trials);
  return smallest === null
    ? null
    : {
        smallest,
        nearest: least(
          ({ drop }) => drop,
          trials.filter((trial) => fits(trial, budget)),
        ),
        accurate:
          budget.drop === null
            ? null
            : least(
                bytes,
                trials.filter((trial) => isAccurate(trial, budget)),
              ),
      };
}
