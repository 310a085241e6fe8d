import fc from 'fast-check';
import { networkSource } from '../../../toolkit/firmware/network-source.js';
import { randomCase, type Pair, type RandomCase } from './random-case.js';
import { caseSpec } from './spec.js';

/** How specs are drawn: also when one of them is drawn again, to be shrunk. */
export const DRAWING = { unbiased: true } as const;

/** So many times as many as are wanted are drawn to find rare ones. */
const DRAWN = 40;

/** A case and the place at which it is drawn. */
export interface Drawn {
  readonly at: number;
  readonly one: RandomCase;
}

/** How often each pair is met; 0 for those that could have been. */
export type Counts = ReadonlyMap<Pair, number>;

export function countPairs(cases: readonly RandomCase[]): Counts {
  const counts = new Map<Pair, number>();
  for (const { met, possible } of cases) {
    for (const pair of possible) counts.set(pair, counts.get(pair) ?? 0);
    for (const pair of met) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/**
 * The first `count` cases of a seed, and those of the following that it takes until, with each number of lanes, every pair of
 * a kernel and a kind of stage that there is among them is met `least` times.
 */
export function drawCases(seed: number, count: number, least: number): readonly Drawn[] {
  const all = fc
    .sample(caseSpec, { ...DRAWING, seed, numRuns: DRAWN * count })
    .map((spec, at): (() => Drawn) => () => ({ at, one: randomCase(spec, `random-${at}`) }));
  const drawn = all.slice(0, count).map((draw) => draw());
  for (const lanes of [4, 1] as const) {
    const counts = new Map(countPairs(withLanes(drawn, lanes).map(({ one }) => one)));
    for (let at = count; at < all.length && [...counts.values()].some((met) => met < least); at++) {
      const next = all[at]?.();
      if (next?.one.spec.lanes !== lanes) continue;
      const { met, possible } = next.one;
      for (const pair of possible) counts.set(pair, counts.get(pair) ?? 0);
      if (met.every((pair) => (counts.get(pair) ?? 0) >= least)) continue;
      for (const pair of met) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      drawn.push(next);
    }
  }
  return drawn;
}

export function withLanes(drawn: readonly Drawn[], lanes: 4 | 1): readonly Drawn[] {
  return drawn.filter(({ one }) => one.spec.lanes === lanes);
}

/** Cases whose libraries can be linked with the same engine; the commonest ones first. */
export function byConfiguration(drawn: readonly Drawn[]): readonly (readonly Drawn[])[] {
  const groups = new Map<string, Drawn[]>();
  for (const each of drawn) {
    const { sumType, productType, lanes } = networkSource(each.one.network, each.one.options);
    const key = `${sumType} ${productType} ${lanes}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** Some of the cases, such that all their pairs are met about as often as each other. */
export function spread(drawn: readonly Drawn[], count: number): readonly Drawn[] {
  const counts = new Map<Pair, number>();
  const rest = new Set(drawn);
  const chosen: Drawn[] = [];
  const worth = ({ one }: Drawn): number =>
    one.met.reduce((sum, pair) => sum + 1 / (1 + (counts.get(pair) ?? 0)) ** 2, 0) / one.met.length;
  while (chosen.length < count && rest.size > 0) {
    const best = [...rest].reduce((a, b) => (worth(b) > worth(a) ? b : a));
    rest.delete(best);
    chosen.push(best);
    for (const pair of best.one.met) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return chosen;
}

/** A line per pair, a column per core. */
export function countTable(columns: readonly (readonly [title: string, counts: Counts])[]): string {
  const pairs = [...new Set(columns.flatMap(([, counts]) => [...counts.keys()]))].sort();
  const width = Math.max(...pairs.map(({ length }) => length));
  const line = (first: string, cells: readonly string[]): string =>
    [first.padEnd(width), ...cells.map((cell, i) => cell.padStart(columns[i]?.[0].length ?? 0))].join('  ');
  return [
    line(
      '',
      columns.map(([title]) => title),
    ),
    ...pairs.map((pair) =>
      line(
        pair,
        columns.map(([, counts]) => String(counts.get(pair) ?? '-')),
      ),
    ),
  ].join('\n');
}
