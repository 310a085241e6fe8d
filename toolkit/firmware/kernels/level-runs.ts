/** Places of a window whose weight has one factor, or where runs are signed its negative, and lie in one segment of it. */
export interface RunKind {
  /** Above 0 where runs are signed. */
  readonly factor: number;
  /** The segment at whose beginning the first step of a list starts. */
  readonly segment: number;
}

/** Places that are added, and places that are taken away: of the negative factor, where runs are signed. Both ascend. */
export interface Run {
  readonly plus: readonly number[];
  readonly minus: readonly number[];
}

/** The weights of a stage, sorted by their level. */
export interface LevelRuns {
  /** What each run is, the same for all filters. */
  readonly kinds: readonly RunKind[];
  readonly runs: readonly (readonly Run[])[];
  /** Most places of a run that are taken away. */
  readonly mostMinus: number;
}

/** Places in a segment: as many as a byte tells apart. */
const SEGMENT = 256;

export const isInFirstSegment = (place: number): boolean => place < SEGMENT;

interface Group extends RunKind {
  /** Per filter. */
  readonly runs: readonly Run[];
}

interface Limits {
  readonly plus: number;
  readonly minus: number;
}

/**
 * Sorts each filter's places by the factor of their weight and by segment; factor 0 is left out. A run has at most `longest` places:
 * where some filter has more, all filters have several runs of a kind. `factors` has one per weight
 * index; `places[i]` is where the activation of a filter's i-th weight lies, from the beginning of its window. `signed`: whether runs are
 * signed.
 */
export function levelRuns(
  weights: readonly number[],
  filters: number,
  factors: readonly number[],
  places: readonly number[],
  longest: number,
  signed: boolean,
): LevelRuns {
  const perFilter = weights.length / filters;
  const used = [...new Set(weights.map((weight) => factors[weight] ?? 0))].filter((factor) => factor !== 0);
  const sorted = (signed ? [...new Set(used.map(Math.abs))] : used).sort((a, b) => b - a);
  const segments = Math.floor(places.reduce((a, b) => Math.max(a, b), 0) / SEGMENT) + 1;
  const key = (factor: number, segment: number): string => `${factor} ${segment}`;
  const ascending = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place);
  /** Per filter, its places by their key. */
  const found = Array.from({ length: filters }, (_, filter) => {
    const lists = new Map<string, number[]>();
    for (const { place, i } of ascending) {
      const factor = factors[weights[filter * perFilter + i] ?? 0] ?? 0;
      const at = key(factor, Math.floor(place / SEGMENT));
      const list = lists.get(at);
      if (list === undefined) lists.set(at, [place]);
      else list.push(place);
    }
    return lists;
  });
  const groups = sorted.flatMap((factor) =>
    Array.from({ length: segments }, (_s, segment): Group => {
      const runs = found.map((lists) => ({
        plus: lists.get(key(factor, segment)) ?? [],
        minus: signed ? (lists.get(key(0 - factor, segment)) ?? []) : [],
      }));
      return { factor, segment, runs };
    }),
  );
  const limits = bestLimits(groups, longest, signed);
  const cut = groups.map((group) => cutRuns(group, limits));
  return {
    kinds: cut.flat().map(({ factor, segment }) => ({ factor, segment })),
    runs: Array.from({ length: filters }, (_, filter) =>
      cut.flat().map(({ runs }) => runs[filter] ?? { plus: [], minus: [] }),
    ),
    mostMinus: cut
      .flat()
      .reduce((most, { runs }) => runs.reduce((so, { minus }) => Math.max(so, minus.length), most), 0),
  };
}

/** As many runs as the filter with the most places needs. */
function runsNeeded({ runs }: Group, { plus, minus }: Limits): number {
  return runs.reduce(
    (most, run) => Math.max(most, Math.ceil(run.plus.length / plus), Math.ceil(run.minus.length / minus)),
    0,
  );
}

/** How the places of a run are shared between the two lists, so that there are as few runs as can be. */
function bestLimits(groups: readonly Group[], longest: number, signed: boolean): Limits {
  if (!signed) return { plus: longest, minus: 1 };
  const most = groups.reduce(
    (so, { runs }) => runs.reduce((max, { plus, minus }) => Math.max(max, plus.length, minus.length), so),
    1,
  );
  if (longest >= 2 * most) return { plus: most, minus: most };
  const needed = (limits: Limits): number =>
    groups.reduce((sum, group) => sum + runsNeeded(group, limits), 0);
  const all = Array.from({ length: longest - 1 }, (_, k): Limits => ({
    plus: k + 1,
    minus: longest - k - 1,
  }));
  const even = (limits: Limits): number => Math.abs(limits.plus - limits.minus);
  return all.reduce((best, one) => {
    const less = needed(one) - needed(best);
    return less < 0 || (less === 0 && even(one) < even(best)) ? one : best;
  });
}

function cutRuns(group: Group, limits: Limits): readonly Group[] {
  const { plus, minus } = limits;
  return Array.from({ length: runsNeeded(group, limits) }, (_, k): Group => ({
    ...group,
    runs: group.runs.map((run) => ({
      plus: run.plus.slice(k * plus, (k + 1) * plus),
      minus: run.minus.slice(k * minus, (k + 1) * minus),
    })),
  }));
}

/**
 * The bytes that a filter's runs are stored as: of each list, how many places, then the step to each from the one before, at first from
 * the segment's beginning. What is taken away comes first.
 */
export function runSteps(
  runs: readonly Run[],
  kinds: readonly RunKind[],
  signed: boolean,
): readonly (readonly number[])[] {
  return runs.map(({ plus, minus }, k) => {
    const start = SEGMENT * (kinds[k]?.segment ?? 0);
    return signed ? [...listSteps(minus, start), ...listSteps(plus, start)] : listSteps(plus, start);
  });
}

function listSteps(places: readonly number[], start: number): readonly number[] {
  return [places.length, ...places.map((place, i) => place - (i === 0 ? start : (places[i - 1] ?? 0)))];
}
