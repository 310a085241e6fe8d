import { TablizeError } from '../errors.js';
import type { DataSet } from './data-set.js';
import { loadNamedSet } from './load-data-set.js';
import { NAMED_SETS, type NamedSet } from './named-sets.js';
import { lookForSet, type PlaceReport } from './places.js';

/** What this machine has of a named data set. */
export interface DataSetReport {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly classes: readonly string[];
  /** Whether training and test pictures are there, and whole. */
  readonly found: boolean;
  /** [height, width, channels] of one picture; null unless found. */
  readonly shape: DataSet['shape'] | null;
  /** How many there are; null unless found. */
  readonly pictures: { readonly train: number; readonly test: number } | null;
  /** Where it was looked for, in this order. */
  readonly places: readonly PlaceReport[];
  /** What is wrong with the folder that is used, and what to do; null where none is used or all is right. */
  readonly problem: string | null;
  /** How to get it; null if found. */
  readonly get: string | null;
}

/** Looks for every named data set, and reads what is there. */
export function listDataSets(
  sets: readonly NamedSet[] = NAMED_SETS,
  env: NodeJS.ProcessEnv = process.env,
): readonly DataSetReport[] {
  return sets.map((set) => report(set, env));
}

function report(set: NamedSet, env: NodeJS.ProcessEnv): DataSetReport {
  const { name, title, licence, classes } = set;
  const places = lookForSet(set, env);
  const about = { name, title, licence, classes, places };
  const lost = { ...about, found: false, shape: null, pictures: null, get: set.get };
  if (!places.some(({ used }) => used)) return { ...lost, problem: null };
  try {
    const [train, test] = [loadNamedSet(set, 'train', env), loadNamedSet(set, 'test', env)];
    const sizes = [train, test].map(({ shape }) => shape.join(' x '));
    if (sizes[0] !== sizes[1]) {
      const problem = `training pictures are ${sizes[0] ?? ''}, test pictures ${sizes[1] ?? ''}`;
      return { ...lost, problem };
    }
    const pictures = { train: train.labels.length, test: test.labels.length };
    return { ...about, found: true, shape: train.shape, pictures, problem: null, get: null };
  } catch (error) {
    if (!(error instanceof TablizeError)) throw error;
    return { ...lost, problem: `${error.message} (${error.where ?? name}). ${error.next ?? ''}`.trimEnd() };
  }
}
