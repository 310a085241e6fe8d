import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { InputError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { dataFactsSchema, sameData, type DataFacts } from './data-facts.js';

const fraction = z.number().min(0).max(1);
const count = z.int().min(0);
const bits = z.number().min(0);
const ratio = z.strictObject({ float32: z.number(), int8: z.number() }).readonly();
const storage = z.strictObject({ bytes: count, bits: bits.nullable(), ratio: ratio.nullable() }).readonly();
/** docs/compactness.md, sections 2 to 4. */
const compactness = z
  .strictObject({
    stages: z
      .array(
        z
          .strictObject({
            name: z.string(),
            activationLevels: count,
            weightLevels: count,
            weightLevelsUsed: count,
            tableEntries: count,
            tableEntriesUsed: count,
            weights: count,
            entropy: bits,
            plain: z.strictObject({ bits: count, bytes: count }).readonly(),
            huffman: z.strictObject({ codeBits: bits, bits, bytes: count }).readonly(),
          })
          .readonly(),
      )
      .readonly(),
    network: z
      .strictObject({
        tables: count,
        activationLevels: count,
        weightLevels: count,
        tableEntries: count,
        largestTable: count,
        distinctProducts: count,
        tableBytes: count,
        weights: count,
        entropy: z.strictObject({ perStage: bits, pooled: bits }).readonly(),
        plain: storage,
        huffman: storage,
      })
      .readonly(),
  })
  .readonly();

const resultSchema = z
  .strictObject({
    cell: z.string(),
    data: dataFactsSchema,
    architecture: z.string(),
    seed: count,
    floatEpochs: count,
    levels: z.strictObject({ activations: count, weights: count }).readonly(),
    scheme: z
      .strictObject({
        name: z.string(),
        weights: z.string(),
        activations: z.string(),
        learn: z.boolean(),
        shift: count.optional(),
      })
      .readonly(),
    epochs: count,
    /** On all test pictures; `table` is that of the integer reference. */
    accuracy: z.strictObject({ float: fraction, table: fraction }).readonly(),
    /** `networkHash` of the table network. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    macs: count,
    compactness,
  })
  .readonly();

/**
 * What a cell gave: all that its study's page tells of it. Nothing in it depends on the machine but by the rounding of
 * the training's backend.
 */
export type CellResult = z.infer<typeof resultSchema>;

export interface ResultsFile {
  /** Finished cells, each once, in the order of the file. */
  readonly results: readonly CellResult[];
  /** Numbers of lines that a full disk or a power failure cut short; they stand for nothing. */
  readonly cutShort: readonly number[];
}

export const resultsPath = (out: string): string => join(out, 'results.jsonl');

/**
 * The finished cells of a results file, one JSON object a line; none if there is no file.
 *
 * @throws InputError if a line is JSON but not a result, if two lines of one cell differ, or if lines are of different data.
 */
export function readResults(path: string): ResultsFile {
  const problem = (what: string): InputError =>
    new InputError(what, { where: path, next: 'Remove the line; its cell then runs again.' });
  const results = new Map<string, CellResult>();
  const cutShort: number[] = [];
  for (const [i, line] of textOf(path).split('\n').entries()) {
    if (line === '') continue;
    const value = jsonOf(line);
    // The beginning of an object is never JSON.
    if (value === undefined) {
      cutShort.push(i + 1);
      continue;
    }
    const parsed = resultSchema.safeParse(value);
    if (!parsed.success) throw problem(`line ${i + 1} is not a result of a study`);
    const result = parsed.data;
    const known = results.get(result.cell);
    if (known !== undefined && !isDeepStrictEqual(known, result))
      throw problem(`line ${i + 1} tells another result of the cell "${result.cell}" than a line before it`);
    results.set(result.cell, result);
  }
  const all = [...results.values()];
  const stranger = all.find(({ data }) => all[0] !== undefined && !sameData(data, all[0].data));
  if (stranger !== undefined) throw otherData(path, stranger.data, all[0]?.data);
  return { results: all, cutShort };
}

/** @throws InputError if the results are of other data than that. */
export function checkData(path: string, { results }: ResultsFile, data: DataFacts): void {
  const found = results[0]?.data;
  if (found !== undefined && !sameData(found, data)) throw otherData(path, found, data);
}

function otherData(path: string, found: DataFacts, wanted: DataFacts | undefined): InputError {
  const show = ({ name, train, test, hash }: DataFacts): string =>
    `"${name}" (${train} + ${test} pictures, ${hash.slice(0, 12)})`;
  return new InputError(
    `results are of other data: ${show(found)}${wanted === undefined ? '' : `, not ${show(wanted)}`}`,
    { where: path, next: 'Choose another folder with --out.' },
  );
}

/**
 * Adds a line for a cell that has none; several processes may do so at once, as the line is written in one piece at what
 * is then the end of the file. A piece of a line that is there already stays a line of its own.
 *
 * @throws InputError if the file cannot be written to.
 */
export function appendResult(path: string, result: CellResult): void {
  makeFolder(dirname(path));
  if (readResults(path).results.some(({ cell }) => cell === result.cell)) return;
  const text = textOf(path);
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  const line = JSON.stringify(resultSchema.parse(result), (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value,
  );
  try {
    append(path, `${start}${line}\n`);
  } catch (cause) {
    throw new InputError(
      `the result cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        where: path,
        next: 'Make room, or choose another folder with --out; what is finished is kept.',
        cause,
      },
    );
  }
}

/** More than any figure here is good for. */
const DECIMALS = 6;

function append(path: string, text: string): void {
  const file = openSync(path, 'a');
  try {
    const bytes = Buffer.from(text);
    // A second write is needed on a full disk only, and then fails.
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function textOf(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch (cause) {
    throw new InputError(
      `the results cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        where: path,
        next: 'Choose another folder with --out.',
        cause,
      },
    );
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
