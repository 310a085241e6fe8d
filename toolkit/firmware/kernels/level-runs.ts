/** Places of a window that have their weight's factor, and lie in one segment of it. */
export interface RunKind {
  readonly factor: number;
  /** The segment in which the run begins anew, or null: it goes on where the run before ended. */
  readonly start: number | null;
}

/** The weights of a stage, sorted by their level. */
export interface LevelRuns {
  /** What each run is, the same for all filters. */
  readonly kinds: readonly RunKind[];
  /** Per filter and run: the places, ascending. */
  readonly runs: readonly (readonly (readonly number[])[])[];
}

/** Places in a segment: as many as a byte tells apart. */
const SEGMENT = 256;

/**
 * Sorts each filter's places by the factor of their weight and by segment; factor 0 is left out. A run has at most `longest` places:
 * where some filter has more, all filters have several runs, of which all but the first go on where the one before ended.
 * `factors` has one per weight index; `places[i]` is where the activation of a filter's i-th weight lies, from the beginning of its window.
 */
export function levelRuns(
  weights: readonly number[],
  filters: number,
  factors: readonly number[],
  places: readonly number[],
  longest: number,
): LevelRuns {
  const perFilter = weights.length / filters;
  const key = (factor: number, segment: number): string => `${factor} ${segment}`;
  const sorted = Array.from({ length: filters }, (_, filter) => {
    const groups = new Map<string, number[]>();
    for (let i = 0; i < perFilter; i++) {
      const factor = factors[weights[filter * perFilter + i] ?? 0] ?? 0;
      const place = places[i] ?? 0;
      const at = key(factor, Math.floor(place / SEGMENT));
      const group = groups.get(at);
      if (group === undefined) groups.set(at, [place]);
      else group.push(place);
    }
    for (const group of groups.values()) group.sort((a, b) => a - b);
    return groups;
  });
  const segments = Math.floor(places.reduce((a, b) => Math.max(a, b), 0) / SEGMENT) + 1;
  const distinct = [...new Set(factors)].filter((factor) => factor !== 0).sort((a, b) => a - b);
  const used = distinct.flatMap((factor) =>
    Array.from({ length: segments }, (_, segment) => {
      const most = sorted.reduce(
        (max, groups) => Math.max(max, groups.get(key(factor, segment))?.length ?? 0),
        0,
      );
      return { factor, segment, runs: Math.ceil(most / longest) };
    }),
  );
  return {
    kinds: used.flatMap(({ factor, segment, runs }) =>
      Array.from({ length: runs }, (_, k): RunKind => ({ factor, start: k === 0 ? segment : null })),
    ),
    runs: sorted.map((groups) =>
      used.flatMap(({ factor, segment, runs }) => {
        const ascending = groups.get(key(factor, segment)) ?? [];
        return Array.from({ length: runs }, (_, k) => ascending.slice(k * longest, (k + 1) * longest));
      }),
    ),
  };
}

/** The bytes that a filter's runs are stored as: of each, how many places, then the step to each from the one before. */
export function runSteps(
  runs: readonly (readonly number[])[],
  kinds: readonly RunKind[],
): readonly (readonly number[])[] {
  let at = 0;
  return runs.map((places, k) => {
    const start = kinds[k]?.start ?? null;
    if (start !== null) at = SEGMENT * start;
    const steps = places.map((place) => {
      const step = place - at;
      at = place;
      return step;
    });
    return [places.length, ...steps];
  });
}
