import type { LevelCounts } from '../../toolkit/quantize/index.js';
import { candidateText, type Candidate, type Ladder } from '../../toolkit/search/ladder.js';
import type { Tables } from '../../toolkit/search/shrink-stages.js';
import type { Trial } from '../../toolkit/search/trial.js';
import { seeded } from '../support/random.js';

export const SMALL_LADDER: Ladder = { activations: [4, 5, 6, 8, 10, 13], weights: [3, 5, 7, 9, 11] };

/** Tables of stages that read what is given for them; of all that read a tensor, the one that wants most has its way. */
export function madeUpTables(reads: readonly string[]): Tables {
  const stages = reads.map((tensor, i) => ({ name: `s${i}`, reads: tensor }));
  return {
    stages,
    sizes: (candidate) => {
      const wanted = ({ name }: { name: string }): LevelCounts => candidate.stages.get(name) ?? candidate;
      return new Map(
        stages.map((stage) => {
          const readers = stages.filter((other) => other.reads === stage.reads);
          const activations = Math.max(...readers.map((reader) => wanted(reader).activations));
          return [stage.name, { activations, weights: wanted(stage).weights }];
        }),
      );
    },
  };
}

export interface MadeUp {
  readonly tables: Tables;
  /** What a candidate gives: the more levels, the more flash and the less drop. */
  readonly trialOf: (candidate: Candidate) => Trial;
}

/**
 * A network that is not there. Each level count of each stage costs flash and saves drop, by steps of random size (some
 * of them 0), so that both are monotone and not otherwise regular.
 */
export function madeUp(seed: number, reads: readonly string[] = ['a', 'b', 'b']): MadeUp {
  const random = seeded(seed);
  const tables = madeUpTables(reads);
  const steps = (size: number): readonly number[] =>
    Array.from({ length: 65 }, () => (random() < 0.3 ? 0 : random() * size));
  const upTo = (list: readonly number[], count: number): number =>
    list.slice(0, count + 1).reduce((sum, step) => sum + step, 0);
  const beyond = (list: readonly number[], count: number): number =>
    list.slice(count + 1).reduce((sum, step) => sum + step, 0);
  const costs = tables.stages.map(() => ({
    flash: [steps(40), steps(40)] as const,
    drop: [steps(0.2), steps(0.2)] as const,
  }));
  return {
    tables,
    trialOf: (candidate) => {
      const sizes = [...tables.sizes(candidate).values()];
      const sum = (of: (size: LevelCounts, cost: (typeof costs)[number]) => number): number =>
        sizes.reduce((total, size, i) => {
          const cost = costs[i];
          return cost === undefined ? total : total + of(size, cost);
        }, 0);
      const entries = sizes.map(({ activations, weights }) => activations * weights);
      const drop = sum(
        (size, cost) => beyond(cost.drop[0], size.activations) + beyond(cost.drop[1], size.weights),
      );
      return {
        candidate,
        text: candidateText(candidate),
        entries: entries.reduce((a, b) => a + b, 0),
        largestTable: Math.max(...entries),
        flashBytes: Math.round(
          1000 +
            sum((size, cost) => upTo(cost.flash[0], size.activations) + upTo(cost.flash[1], size.weights)),
        ),
        pictures: 1000,
        accuracy: Math.max(0, 0.98 - drop / 100),
        drop,
        final: false,
      };
    },
  };
}
