import type { LevelCounts, TableStage } from '../quantize/index.js';
import { candidateText, LADDER, uniform, withStages, type Candidate, type Ladder } from './ladder.js';
import type { Evaluate, Trial } from './trial.js';

/** What a stage loses by being quantized alone. Drops are points of accuracy against the fine network. */
export interface StageSensitivity {
  readonly name: string;
  /** The tensor whose levels are its activations: all stages that read it get them at once. */
  readonly reads: string;
  /** With the levels that were asked: of its weights alone, of what it reads alone, of both. */
  readonly drop: { readonly weights: number; readonly activations: number; readonly both: number };
  /** The fewest levels on the ladder that lose no more than is allowed; null if none do. */
  readonly wants: { readonly activations: number | null; readonly weights: number | null };
}

export interface Sensitivity {
  /** As many levels as there are on the ladder, in all stages: what drops are measured against. */
  readonly fine: Trial;
  /** The levels that were asked, in all stages. */
  readonly asked: Trial;
  /** Points that a stage may lose alone, by its weights or by what it reads. */
  readonly allowed: number;
  readonly stages: readonly StageSensitivity[];
  /** What every stage wants, at once. */
  readonly suggested: Trial;
}

export interface SensitivityOptions {
  readonly stages: readonly TableStage[];
  readonly evaluate: Evaluate;
  readonly levels: LevelCounts;
  /** Points of accuracy. */
  readonly allowed: number;
  readonly ladder?: Ladder;
}

type Part = keyof LevelCounts;

/**
 * How much each stage's levels matter: the stage has few of them, all others as many as there are on the ladder.
 * Trials of one candidate are made once. That more levels lose no more is taken for granted.
 *
 * @throws what `evaluate` throws.
 */
export async function findSensitivity({
  stages,
  evaluate,
  levels,
  allowed,
  ladder = LADDER,
}: SensitivityOptions): Promise<Sensitivity> {
  const known = new Map<string, Promise<Trial>>();
  const look = (candidate: Candidate): Promise<Trial> => {
    const text = candidateText(candidate);
    const trial = known.get(text) ?? evaluate(candidate, false);
    known.set(text, trial);
    return trial;
  };
  const most = (part: Part): number => ladder[part].at(-1) ?? 2;
  const best = uniform({ activations: most('activations'), weights: most('weights') });
  const fine = await look(best);

  /** Points lost with these counts for one stage, and for all that read the same tensor if it is that tensor's. */
  const dropWith = async (stage: TableStage, counts: Partial<LevelCounts>): Promise<number> => {
    const readers = stages.filter(({ reads }) => reads === stage.reads);
    const own = ({ name }: TableStage): LevelCounts => ({
      activations: counts.activations ?? best.activations,
      weights: name === stage.name ? (counts.weights ?? best.weights) : best.weights,
    });
    const candidate = withStages(best, new Map(readers.map((reader) => [reader.name, own(reader)])));
    return (await look(candidate)).drop - fine.drop;
  };
  const fewest = async (stage: TableStage, part: Part): Promise<number | null> => {
    const steps = ladder[part];
    let [low, high] = [0, steps.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((await dropWith(stage, { [part]: steps[middle] ?? 2 })) <= allowed) high = middle;
      else low = middle + 1;
    }
    const found = steps[low] ?? null;
    return found !== null && (await dropWith(stage, { [part]: found })) <= allowed ? found : null;
  };

  const found: StageSensitivity[] = [];
  for (const stage of stages) {
    const { name, reads } = stage;
    const { activations, weights } = levels;
    const drop = {
      weights: await dropWith(stage, { weights }),
      activations: await dropWith(stage, { activations }),
      both: await dropWith(stage, levels),
    };
    const wants = {
      activations: await fewest(stage, 'activations'),
      weights: await fewest(stage, 'weights'),
    };
    found.push({ name, reads, drop, wants });
  }
  const wanted = found.map(({ name, wants }): [string, LevelCounts] => [
    name,
    { activations: wants.activations ?? best.activations, weights: wants.weights ?? best.weights },
  ]);
  return {
    fine,
    asked: await look(uniform(levels)),
    allowed,
    stages: found,
    suggested: await look(withStages(uniform(levels), new Map(wanted))),
  };
}
