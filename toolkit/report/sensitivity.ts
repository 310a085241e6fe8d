import type { Sensitivity, Trial } from '../search/index.js';
import { columns, grouped, percent, points } from './text.js';

/** What `tablize sensitivity` found. Fields are only ever added. */
export interface SensitivityReport {
  /** The pictures that accuracies were measured on. */
  readonly images: string;
  /** Points of accuracy that a stage may lose alone, by its weights or by what it reads. */
  readonly allowed: number;
  readonly fine: Measured;
  readonly asked: Measured;
  readonly stages: Sensitivity['stages'];
  readonly suggested: Measured;
}

interface Measured {
  /** As `--levels` takes them. */
  readonly levels: string;
  /** Entries of all product tables together. */
  readonly entries: number;
  /** 0..1, on so many pictures. */
  readonly accuracy: number;
  readonly pictures: number;
  /** Points of accuracy lost against the float network on the same pictures. */
  readonly drop: number;
}

const measured = ({ text, entries, accuracy, pictures, drop }: Trial): Measured => ({
  levels: text,
  entries,
  accuracy,
  pictures,
  drop,
});

export function sensitivityReport(found: Sensitivity, images: string): SensitivityReport {
  return {
    images,
    allowed: found.allowed,
    fine: measured(found.fine),
    asked: measured(found.asked),
    stages: found.stages,
    suggested: measured(found.suggested),
  };
}

/** A row per stage, then the three networks that were measured whole. */
export function sensitivityLines({
  images,
  allowed,
  fine,
  asked,
  stages,
  suggested,
}: SensitivityReport): string[] {
  const whole = (title: string, { levels, entries, accuracy, drop }: Measured): string =>
    `  ${title}: ${levels}, ${grouped(entries)} entries, ${percent(accuracy)}, drop ${points(drop)}`;
  return [
    ...columns([
      ['stage', 'reads', 'weights', 'activations', 'both', '|A|', '|W|'],
      ...stages.map(({ name, reads, drop, wants }) => [
        name,
        reads,
        points(drop.weights),
        points(drop.activations),
        points(drop.both),
        String(wants.activations ?? 'more'),
        String(wants.weights ?? 'more'),
      ]),
    ]),
    `  points lost where a stage's weights, what it reads, or both have the levels of ${asked.levels} and all else those of ${fine.levels}; |A|, |W|: the fewest that lose at most ${allowed}; on ${grouped(fine.pictures)} pictures of ${images}`,
    whole('fine', fine),
    whole('as asked', asked),
    whole('as every stage wants', suggested),
  ];
}
