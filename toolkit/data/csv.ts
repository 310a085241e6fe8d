import { InputError } from '../errors.js';
import { picturesOf } from './arrays.js';
import type { DataSet } from './data-set.js';
import { readMaybeGzipped } from './read-file.js';
import type { ReadDataOptions } from './read-data-options.js';

const MOST_BYTES = 2 ** 29;
const MOST_NUMBERS = 2 ** 26;
/** What the column of the classes is called, in small letters. */
const LABEL = new Set(['label', 'labels', 'class', 'target', 'y', 'digit']);

/**
 * Pictures of a CSV file, one a line: numbers between commas, semicolons or tabs. A first line that is not all numbers is a header;
 * where it calls its first or last column `label`, `class`, `target`, `y` or `digit`, that column tells the class, by name or number.
 *
 * @throws InputError for a field that is no number, a line with another number of fields, or no lines.
 */
export function readCsv(path: string, name: string, options: ReadDataOptions): DataSet {
  const text = new TextDecoder().decode(readMaybeGzipped(path, MOST_BYTES));
  const lines = linesOf(text);
  const first = lines.next().value;
  if (first === undefined) throw new InputError('the CSV file is empty', { where: path });
  const separator = [',', ';', '\t'].find((one) => first.includes(one)) ?? ',';
  const fieldsOf = (line: string): readonly string[] => line.split(separator).map(bare);
  const header = fieldsOf(first);
  const isHeader = header.some((field) => number(field) === null);
  const column = isHeader ? labelColumn(header) : null;
  const width = header.length - (column === null ? 0 : 1);
  if (width === 0) throw new InputError('the CSV file has no columns of numbers', { where: path });
  const values: number[] = [];
  const labels: string[] = [];
  let count = 0;
  const add = (line: string, at: number): void => {
    const fields = fieldsOf(line);
    if (fields.length !== header.length)
      throw new InputError(`line ${at} has ${fields.length} fields, the first one ${header.length}`, {
        where: path,
        next: 'Give as many in every line.',
      });
    if (values.length + width > MOST_NUMBERS)
      throw new InputError(`more than ${MOST_NUMBERS} numbers`, {
        where: path,
        next: 'Give a smaller part of it.',
      });
    fields.forEach((field, i) => {
      if (i === column) labels.push(field);
      else values.push(checked(field, at, i, path));
    });
    count++;
  };
  let at = 1;
  if (!isHeader) add(first, at);
  for (const line of lines) {
    at++;
    if (line !== '') add(line, at);
  }
  if (count === 0) throw new InputError('the CSV file has a header and no lines', { where: path });
  return picturesOf(
    { shape: [count, width], values, bytes: false },
    column === null ? null : labels,
    name,
    options,
  );
}

function* linesOf(text: string): Generator<string, undefined> {
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    start = end < 0 ? text.length : end + 1;
  }
  return undefined;
}

/** The first or last column, if it is called so. */
function labelColumn(header: readonly string[]): number | null {
  const last = header.length - 1;
  return [0, last].find((i) => LABEL.has((header[i] ?? '').toLowerCase())) ?? null;
}

/** A field without blanks and quotes round it. */
const bare = (field: string): string => field.trim().replace(/^"(.*)"$/, '$1');

const number = (field: string): number | null =>
  /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,4})?$/i.test(field) ? Number(field) : null;

function checked(field: string, line: number, column: number, where: string): number {
  const value = number(field);
  if (value !== null) return value;
  throw new InputError(`line ${line}, field ${column + 1}: "${field.slice(0, 40)}" is no number`, {
    where,
    next: 'Give numbers, and the class in a first or last column that a header calls "label".',
  });
}
