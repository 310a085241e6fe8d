import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import { picturesOf, type NumberArray } from './arrays.js';
import type { DataSet } from './data-set.js';
import { parseNpy } from './npy.js';
import { readFile } from './read-file.js';
import type { ReadDataOptions } from './read-data-options.js';

/**
 * Pictures of an .npy file. Labels are those of the file beside it that is called `y` for `x`, or `labels` for `images`: `y_test.npy` beside
 * `x_test.npy`; without one they are unlabelled.
 */
export function readNpyFiles(path: string, name: string, options: ReadDataOptions): DataSet {
  const labels = labelsBeside(path);
  return picturesOf(
    parseNpy(readFile(path), path),
    labels === null ? null : labelNames(parseNpy(readFile(labels), labels), labels),
    name,
    options,
  );
}

function labelsBeside(path: string): string | null {
  const name = basename(path);
  const other = name.includes('images')
    ? name.replace('images', 'labels')
    : name.replace(/^[xX](?=[._-])/, 'y');
  const beside = join(dirname(path), other);
  return other !== name && existsSync(beside) ? beside : null;
}

/** Labels of an array: whole numbers, or one row per picture that is 1 at its class and else 0. */
export function labelNames({ shape, values }: NumberArray, where: string): readonly string[] {
  const [count = 0, width = 1] = shape;
  if (shape.length === 1 || (shape.length === 2 && width === 1))
    return Array.from({ length: count }, (_, i) => whole(values[i] ?? NaN, i, where));
  if (shape.length !== 2)
    throw new InputError(`an array of ${shape.length} axes does not hold labels`, {
      where,
      next: 'Give one number per picture.',
    });
  return Array.from({ length: count }, (_, i) => {
    const row = Array.from({ length: width }, (_unused, k) => values[i * width + k] ?? NaN);
    if (row.filter((value) => value === 1).length === 1 && row.every((value) => value === 0 || value === 1))
      return String(row.indexOf(1));
    throw new InputError(`row ${i} of the labels does not have one 1 among zeros`, {
      where,
      next: 'Give one number per picture.',
    });
  });
}

function whole(value: number, i: number, where: string): string {
  if (Number.isInteger(value) && value >= 0 && value < 256) return String(value);
  throw new InputError(`label ${i} is ${value}`, {
    where,
    next: 'Give labels as whole numbers from 0 to 255.',
  });
}
