import type { LevelCounts } from '../quantize/index.js';

/** Numbers of levels that are tried, ascending. */
export interface Ladder {
  readonly activations: readonly number[];
  readonly weights: readonly number[];
}

export const LADDER: Ladder = {
  activations: [4, 5, 6, 8, 10, 13, 16, 20, 24, 32, 48, 64],
  weights: [3, 5, 7, 9, 11, 13, 17, 25, 33],
};

/** Level counts of a network: those of every stage with a table but for exceptions by name. */
export interface Candidate extends LevelCounts {
  readonly stages: ReadonlyMap<string, LevelCounts>;
}

/** The same counts for every stage. */
export const uniform = ({ activations, weights }: LevelCounts): Candidate => ({
  activations,
  weights,
  stages: new Map(),
});

/** The candidate with other counts for some stages; those that are the network's are no exceptions. */
export function withStages(candidate: Candidate, stages: ReadonlyMap<string, LevelCounts>): Candidate {
  const usual = ({ activations, weights }: LevelCounts): boolean =>
    activations === candidate.activations && weights === candidate.weights;
  const all = new Map([...candidate.stages, ...stages]);
  return { ...candidate, stages: new Map([...all].filter(([, counts]) => !usual(counts))) };
}

/** As `--levels` takes it: "8x5" or "8x5,conv1=13x3". The same candidate has the same text. */
export function candidateText({ activations, weights, stages }: Candidate): string {
  const others = [...stages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, counts]) => `${name}=${counts.activations}x${counts.weights}`);
  return [`${activations}x${weights}`, ...others].join(',');
}

/** The next number below `count` on a list of ascending ones; null if there is none. */
export function below(numbers: readonly number[], count: number): number | null {
  return numbers.findLast((number) => number < count) ?? null;
}
