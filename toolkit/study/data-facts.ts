import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hashPictures, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { writeFileAtomic } from '../model/index.js';
import { fileJson } from '../network/index.js';

/** Both halves of a data set. */
export interface DataPair {
  readonly train: DataSet;
  readonly test: DataSet;
}

export const dataFactsSchema = z
  .strictObject({
    /** As the grid names it. */
    name: z.string(),
    /** Pictures. */
    train: z.int().min(1),
    test: z.int().min(1),
    /** SHA-256 of the bytes of pictures and labels. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .readonly();

/** What a data set is, wherever it lies. */
export type DataFacts = z.infer<typeof dataFactsSchema>;

export function dataFacts(name: string, { train, test }: DataPair): DataFacts {
  return { name, train: train.labels.length, test: test.labels.length, hash: hashPictures([train, test]) };
}

export const sameData = (a: DataFacts, b: DataFacts): boolean => a.hash === b.hash;

const FORMAT = 'tablize/study-work@1';
const markerSchema = z.strictObject({ format: z.literal(FORMAT), data: dataFactsSchema });

/**
 * Makes the folder for a study's models, or takes one that holds models of the same data.
 *
 * @throws InputError if its models are of other data, or it cannot be written to.
 */
export function claimWork(work: string, data: DataFacts): void {
  const path = join(work, 'study.json');
  const found = markerSchema.safeParse(readJson(path)).data;
  if (found !== undefined && !sameData(found.data, data))
    throw new InputError(
      `the models in the folder are of other data: "${found.data.name}", not "${data.name}"`,
      {
        where: work,
        next: 'Choose another folder with --work, or remove it to train anew.',
      },
    );
  if (found === undefined) writeFileAtomic(path, fileJson({ format: FORMAT, data }));
}

/** The value in a JSON file; undefined if there is none. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
