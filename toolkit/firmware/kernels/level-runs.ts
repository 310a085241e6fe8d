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
 * `factors` has one per weight index; `places[i]` is where the activation of a filter's i-th weight lies, in words from the beginning of its window.
 */
export function levelRuns(
  weights: readonly number[],
  filters: number,
  factors: readonly number[],
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

/** Whether each run is the first of its factor. */
export function firstRuns(factors: readonly number[]): readonly boolean[] {
  return factors.map((factor, k) => k === 0 || factor !== factors[k - 1]);
}

/**
 * The numbers that a filter's runs are stored as: of each, how many places, then the step to each from the one before. The first of a
 * factor begins at the window's beginning, the others go on where the one before ended.
 */
export function runSteps(
  runs: readonly (readonly number[])[],
  first: readonly boolean[],
): readonly (readonly number[])[] {
  let at = 0;
  return runs.map((places, k) => {
    if (first[k] === true) at = 0;
    const steps = places.map((place) => {
      const step = place - at;
      at = place;
      return step;
    });
    return [places.length, ...steps];
  });
}
