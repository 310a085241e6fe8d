import type { Candidate } from './ladder.js';

/** What quantization may cost; null where that does not matter. */
export interface Budget {
  /** Bytes of tables, weights and biases in the C code, from 1. */
  readonly flash: number | null;
  /** Points of accuracy against the float network, 0 to 100. */
  readonly drop: number | null;
}

/** As `--budget` takes it: "flash=16384,drop=0.5". */
export const budgetText = ({ flash, drop }: Budget): string =>
  [...(flash === null ? [] : [`flash=${flash}`]), ...(drop === null ? [] : [`drop=${drop}`])].join(',');

/** A candidate and what came of it. */
export interface Trial {
  readonly candidate: Candidate;
  /** `candidateText`. */
  readonly text: string;
  /** Entries of all product tables together. */
  readonly entries: number;
  readonly largestTable: number;
  /** Bytes of tables, weights and biases in the C code. */
  readonly flashBytes: number;
  /** How many pictures it was measured on, and the share of them that it labels right, 0..1. */
  readonly pictures: number;
  readonly accuracy: number;
  /** Points of accuracy lost against the float network on these pictures; below 0 if any were won. */
  readonly drop: number;
  /** Whether these are all pictures that there are. */
  readonly final: boolean;
}

/** Makes tables for a candidate and measures them: on all pictures if `thorough`, else on as many as are telling. */
export type Evaluate = (candidate: Candidate, thorough: boolean) => Promise<Trial>;

/** Room for the rounding of a quotient. */
const ROUNDING = 1e-9;

export const fits = ({ flashBytes }: Trial, { flash }: Budget): boolean =>
  flash === null || flashBytes <= flash;

export const isAccurate = (trial: Trial, { drop }: Budget): boolean =>
  drop === null || trial.drop <= drop + ROUNDING;

export const meets = (trial: Trial, budget: Budget): boolean =>
  fits(trial, budget) && isAccurate(trial, budget);

/**
 * Whether the first of two that meet the budget is the better one. With a drop that is allowed: fewer entries, then
 * fewer bytes, then less drop; without one the least drop, then the fewest entries.
 */
export function isBetter(trial: Trial, other: Trial, { drop }: Budget): boolean {
  const keys = ({ entries, flashBytes, drop: lost }: Trial): readonly number[] =>
    drop === null ? [lost, entries, flashBytes] : [entries, flashBytes, lost];
  const [own, others] = [keys(trial), keys(other)];
  const at = own.findIndex((key, i) => key !== others[i]);
  return at >= 0 && (own[at] ?? 0) < (others[at] ?? 0);
}

/** The best that meets the budget; null if none does. */
export function bestOf(trials: readonly Trial[], budget: Budget): Trial | null {
  return trials
    .filter((trial) => meets(trial, budget))
    .reduce<Trial | null>(
      (best, trial) => (best === null || isBetter(trial, best, budget) ? trial : best),
      null,
    );
}

/** The trials for which no other has as few entries, as few bytes and as little drop, and less of one of them. */
export function paretoFront(trials: readonly Trial[]): readonly Trial[] {
  const keys = ({ entries, flashBytes, drop }: Trial): readonly number[] => [entries, flashBytes, drop];
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((key, i) => key <= (b[i] ?? 0)) && a.some((key, i) => key < (b[i] ?? 0));
  return trials.filter((trial) => !trials.some((other) => beats(keys(other), keys(trial))));
}
