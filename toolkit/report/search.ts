import { meets, paretoFront, type Budget, type SearchResult, type Trial } from '../search/index.js';
import { columns, grouped, percent, points } from './text.js';

export interface CandidateReport {
  /** As `--levels` takes them. */
  readonly levels: string;
  readonly activations: number;
  readonly weights: number;
  /** Stages with other counts. */
  readonly stages: Readonly<Record<string, { readonly activations: number; readonly weights: number }>>;
  /** Entries of all product tables together, and of the largest. */
  readonly entries: number;
  readonly largestTable: number;
  /** Bytes of tables, weights and biases in the C code. */
  readonly flash: number;
  /** 0..1, on the first so many pictures of an order that goes all over the set. */
  readonly accuracy: number;
  readonly pictures: number;
  /** Points of accuracy lost against the float network on the same pictures. */
  readonly drop: number;
  readonly meets: boolean;
  /** Whether no other candidate has as few entries, as few bytes and as little drop, and less of one of them. */
  readonly front: boolean;
}

/** What `tablize quantize --budget` tried. Fields are only ever added. */
export interface SearchReport {
  readonly budget: Budget;
  /** The pictures that accuracies were measured on. */
  readonly images: string;
  /** The levels that were taken, as `--levels` takes them; null if nothing met the budget. */
  readonly best: string | null;
  /** Those with fewest entries first. */
  readonly candidates: readonly CandidateReport[];
}

export function searchReport(
  { best, trials }: Pick<SearchResult, 'best' | 'trials'>,
  budget: Budget,
  images: string,
): SearchReport {
  const front = new Set(paretoFront(trials));
  return {
    budget,
    images,
    best: best?.text ?? null,
    candidates: [...trials]
      .sort((a, b) => a.entries - b.entries || a.flashBytes - b.flashBytes || (a.text < b.text ? -1 : 1))
      .map((trial) => ({
        levels: trial.text,
        activations: trial.candidate.activations,
        weights: trial.candidate.weights,
        stages: Object.fromEntries(trial.candidate.stages),
        entries: trial.entries,
        largestTable: trial.largestTable,
        flash: trial.flashBytes,
        accuracy: trial.accuracy,
        pictures: trial.pictures,
        drop: trial.drop,
        meets: meets(trial, budget),
        front: front.has(trial),
      })),
  };
}

/** The candidates as a table for people. */
export function searchLines({ candidates, best, images }: SearchReport): string[] {
  return [
    ...columns([
      ['', 'levels', 'entries', 'flash', 'accuracy', 'drop', 'pictures', 'front', 'budget'],
      ...candidates.map((candidate) => [
        candidate.levels === best ? '>' : '',
        candidate.levels,
        grouped(candidate.entries),
        grouped(candidate.flash),
        percent(candidate.accuracy),
        points(candidate.drop),
        grouped(candidate.pictures),
        candidate.front ? '*' : '',
        candidate.meets ? 'met' : '',
      ]),
    ]),
    `  entries of all tables; bytes of flash for tables, weights and biases; accuracy and points lost against float on as many pictures of ${images} as were telling; *: no other is as good in all three and better in one`,
  ];
}

/** What a trial gave, in a line of progress. */
export function trialLine({ text, entries, flashBytes, accuracy, drop, pictures }: Trial): string {
  return `${text}: ${grouped(entries)} entries, ${grouped(flashBytes)} bytes, ${percent(accuracy)} of ${grouped(pictures)} pictures, drop ${points(drop)}`;
}
