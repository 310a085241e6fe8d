import { InputError } from '../errors.js';

/** Labels are bytes. */
const MOST_CLASSES = 256;
const NUMBER = /^\d{1,3}$/;

export interface Labelling {
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
}

/**
 * What files call the classes of their pictures, as indices. With `classes` given, names are looked up in them, or else are the indices
 * themselves. Without, names that are all whole numbers are the indices; others are sorted, and the first is class 0.
 *
 * @throws InputError for a name that is none of the classes, and for more than 256 classes.
 */
export function labelled(
  names: readonly string[],
  classes: readonly string[] | undefined,
  where: string,
): Labelling {
  const distinct = [...new Set(names)];
  const numbers = distinct.every((name) => NUMBER.test(name) && Number(name) < MOST_CLASSES);
  const known = classes ?? (numbers ? countUpTo(distinct) : distinct.sort());
  if (known.length > MOST_CLASSES)
    throw new InputError(`${known.length} classes are more than ${MOST_CLASSES}`, {
      where,
      next: 'Check which column or folder tells the class.',
    });
  const byName = distinct.every((name) => known.includes(name));
  const indices = new Map(distinct.map((name) => [name, byName ? known.indexOf(name) : Number(name)]));
  const wrong = distinct.find((name) => !byName && (!numbers || Number(name) >= known.length));
  if (wrong !== undefined)
    throw new InputError(`the class "${wrong.slice(0, 64)}" is none of ${list(known)}`, {
      where,
      next: 'Name the classes as the network does, or number them from 0 on.',
    });
  return { labels: Uint8Array.from(names, (name) => indices.get(name) ?? 0), classes: known };
}

/** The names 0, 1, 2 and so on, as far as they occur. */
function countUpTo(names: readonly string[]): readonly string[] {
  const largest = names.reduce((most, name) => Math.max(most, Number(name)), 0);
  return Array.from({ length: largest + 1 }, (_, i) => String(i));
}

const list = (classes: readonly string[]): string =>
  classes.length <= 12
    ? classes.join(', ')
    : `${classes.slice(0, 12).join(', ')} and ${classes.length - 12} more`;
