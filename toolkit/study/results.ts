import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../errors.js';

const fraction = z.number().min(0).max(1);

/** What a cell gave. Nothing in it depends on the machine but by the rounding of its backend. */
const resultSchema = z.strictObject({
  cell: z.string(),
  architecture: z.string(),
  seed: z.int(),
  levels: z.string(),
  scheme: z.string(),
  epochs: z.int(),
  pictures: z.int(),
  accuracy: z.strictObject({ float: fraction, table: fraction }),
  tableEntries: z.int(),
  weights: z.int(),
  macs: z.int(),
  /** Bytes of all product tables, and of weights, as the C code stores them. */
  hash: z.string(),
});

export type CellResult = z.infer<typeof resultSchema>;

/**
 * The finished cells of a results file, one JSON object a line; none if there is no file. A last line that was cut
 * short by an interruption is left out (and is removed by the next `appendResult`).
 *
 * @throws InputError if another line is not a result.
 */
export function readResults(path: string): readonly CellResult[] {
  return linesOf(path).flatMap((line, i, lines) => {
    const result = parse(line);
    if (result !== null) return [result];
    if (i === lines.length - 1) return [];
    throw new InputError(`line ${i + 1} is not a result of a study`, {
      where: path,
      next: 'Remove the line; its cell runs again.',
    });
  });
}

/** Adds one line, after removing a last one that was cut short. */
export function appendResult(path: string, result: CellResult): void {
  try {
    const lines = linesOf(path);
    const last = lines.at(-1);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (last !== undefined && (parse(last) === null || !text.endsWith('\n'))) {
      const whole = lines.filter((line) => parse(line) !== null);
      writeFileSync(path, whole.map((line) => `${line}\n`).join(''));
    }
    appendFileSync(path, `${JSON.stringify(resultSchema.parse(result))}\n`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`the result cannot be written: ${(cause as Error).message}`, {
      where: path,
      next: 'Make room or give another folder; finished cells are kept and the same command goes on.',
      cause,
    });
  }
}

function linesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function parse(line: string): CellResult | null {
  try {
    return resultSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
