import { isAbsolute, relative, resolve } from 'node:path';

/** A word of a command line that a reader can paste into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path as a word; one in the current folder is told as seen from there. */
export function shellPath(path: string): string {
  const inside = relative('.', resolve(path));
  return shellWord(inside.startsWith('..') || isAbsolute(inside) ? path : inside);
}

/** An option with its value; nothing where it was not given. */
export function shellOption(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`--${name} ${shellWord(`${value}`)}`];
}
