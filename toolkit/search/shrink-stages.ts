import type { LevelCounts, TableStage } from '../quantize/index.js';
import { below, withStages, type Candidate, type Ladder } from './ladder.js';
import type { Trial } from './trial.js';

/** What is known of a network's tables without making them. */
export interface Tables {
  readonly stages: readonly TableStage[];
  /** The size of each stage's table. */
  readonly sizes: (candidate: Candidate) => ReadonlyMap<string, LevelCounts>;
}

export interface Shrinking {
  readonly ladder: Ladder;
  readonly tables: Tables;
  readonly look: (candidate: Candidate) => Promise<Trial>;
  /** How many candidates may still be tried that were not tried before. */
  readonly room: () => number;
  /** What is to become less. */
  readonly measure: 'entries' | 'flashBytes';
  readonly allowed: (trial: Trial) => boolean;
  /** Whether to stop. */
  readonly enough: (trial: Trial) => boolean;
}

/** A step down the ladder: for the weights of a stage, or for the tensor that these stages read. */
interface Move {
  readonly part: keyof LevelCounts;
  readonly stages: readonly string[];
}

/** A loss of no points, so that a quotient can be made. Of 1,000 pictures half a one. */
const NO_LOSS = 0.05;

/**
 * Takes levels from single stages for as long as that is allowed. First every step is looked at from `start`; then,
 * again and again, the one that saves most per point of accuracy is taken, as it was when last looked at. A step that
 * is not allowed is not tried again: with fewer levels elsewhere it would cost no less.
 */
export async function shrinkStages(start: Trial, shrinking: Shrinking): Promise<Trial> {
  const { tables, ladder, look, measure, room, allowed, enough } = shrinking;
  const value = new Map<Move, number>();
  let open = movesOf(tables.stages);
  let current = start;
  /** What becomes of the step; it is closed unless it is allowed and saves or changes nothing. */
  const tryOut = async (move: Move, candidate: Candidate): Promise<Trial | null> => {
    const trial = await look(candidate);
    const saved = current[measure] - trial[measure];
    value.set(move, saved / Math.max(trial.drop - current.drop, NO_LOSS));
    if (allowed(trial) && saved >= 0) return trial;
    open = open.filter((other) => other !== move);
    return null;
  };
  if (enough(start)) return start;
  for (const move of open) {
    const candidate = stepDown(move, current.candidate, ladder, tables);
    if (candidate !== null && room() > 0) await tryOut(move, candidate);
  }
  while (room() > 0 && !enough(current)) {
    const [best] = open
      .flatMap((move) => {
        const candidate = stepDown(move, current.candidate, ladder, tables);
        return candidate === null ? [] : [{ move, candidate, value: value.get(move) ?? 0 }];
      })
      .sort((a, b) => b.value - a.value);
    if (best === undefined) return current;
    current = (await tryOut(best.move, best.candidate)) ?? current;
  }
  return current;
}

function movesOf(stages: readonly TableStage[]): readonly Move[] {
  const tensors = [...new Set(stages.map(({ reads }) => reads))];
  return [
    ...stages.map(({ name }): Move => ({ part: 'weights', stages: [name] })),
    ...tensors.map((tensor): Move => {
      const readers = stages.filter(({ reads }) => reads === tensor);
      return { part: 'activations', stages: readers.map(({ name }) => name) };
    }),
  ];
}

/** The candidate after a step; null at the ladder's end, and where others keep a tensor's levels as many as they are. */
function stepDown(move: Move, candidate: Candidate, ladder: Ladder, tables: Tables): Candidate | null {
  const sizes = tables.sizes(candidate);
  const lower = new Map<string, LevelCounts>();
  for (const name of move.stages) {
    const size = sizes.get(name);
    const next = below(ladder[move.part], size?.[move.part] ?? 0);
    if (size === undefined || next === null) return null;
    const wanted = candidate.stages.get(name) ?? {
      activations: candidate.activations,
      weights: size.weights,
    };
    lower.set(name, { ...wanted, [move.part]: next });
  }
  const next = withStages(candidate, lower);
  return entriesOf(tables.sizes(next)) < entriesOf(sizes) ? next : null;
}

const entriesOf = (sizes: ReadonlyMap<string, LevelCounts>): number =>
  [...sizes.values()].reduce((sum, { activations, weights }) => sum + activations * weights, 0);
