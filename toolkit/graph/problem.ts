import { InputError } from '../errors.js';
import type { GraphNode } from './graph.js';

const LONGEST = 80;

/** A name from a file, in quotes, fit to be printed: whatever is not plain ASCII is escaped, and it is cut to a line. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name;
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** How messages speak of a node. */
export function nodeTitle({ name, operation, output }: Omit<GraphNode, 'inputs'>): string {
  return `${operation.kind} node ${quoted(name === '' ? output : name)}`;
}

/** What is wrong with a node. */
export function problem(
  what: string,
  where: string,
  next = 'Check the model that wrote this file.',
): InputError {
  return new InputError(what, { where, next });
}
