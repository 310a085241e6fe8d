import type { ProductForm } from '../../network/index.js';

/** The weights of a stage, sorted by their level. */
export interface LevelRuns {
  /** The factor of each run, the same for all filters; several runs may have one factor. */
  readonly factors: readonly number[];
  /** Per filter and run: the places whose weight has the run's factor, ascending. */
  readonly runs: readonly (readonly (readonly number[])[])[];
}

/**
 * Sorts each filter's places by the factor of their weight; factor 0 is left out. A run has at most `longest` places: where
 * some filter has more of one factor, all filters have several runs for it.
 * `places[i]` is where the activation of a filter's i-th weight lies, in words from the beginning of its window.
 */
export function levelRuns(
  weights: readonly number[],
  filters: number,
  { factors }: ProductForm,
  places: readonly number[],
  longest: number,
): LevelRuns {
  const perFilter = weights.length / filters;
  const distinct = [...new Set(factors)].filter((factor) => factor !== 0).sort((a, b) => a - b);
  const sorted = Array.from({ length: filters }, (_, filter) => {
    const byFactor = new Map<number, number[]>(distinct.map((factor) => [factor, []]));
    for (let i = 0; i < perFilter; i++) {
      const factor = factors[weights[filter * perFilter + i] ?? 0] ?? 0;
      byFactor.get(factor)?.push(places[i] ?? 0);
    }
    return byFactor;
  });
  const used = distinct
    .map((factor) => {
      const most = Math.max(...sorted.map((byFactor) => byFactor.get(factor)?.length ?? 0));
      return { factor, runs: Math.ceil(most / longest) };
    })
    .filter(({ runs }) => runs > 0);
  return {
    factors: used.flatMap(({ factor, runs }) => Array.from({ length: runs }, () => factor)),
    runs: sorted.map((byFactor) =>
      used.flatMap(({ factor, runs }) => {
        const ascending = (byFactor.get(factor) ?? []).sort((a, b) => a - b);
        return Array.from({ length: runs }, (_, k) => ascending.slice(k * longest, (k + 1) * longest));
      }),
    ),
  };
}

/** The numbers that a run is stored as: how many places, then the step to each from the one before. */
export function runSteps(places: readonly number[]): readonly number[] {
  return [places.length, ...places.map((place, i) => place - (i === 0 ? 0 : (places[i - 1] ?? 0)))];
}
