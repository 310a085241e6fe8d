import { describe } from 'vitest';
import { lookForSet, namedSet } from '../../toolkit/data/index.js';
import { require } from './tools.js';

/** A group of tests that needs a data set; without it the group is skipped, and its title says which is missing. */
export function describeWithDataSet(name: string, title: string, body: () => void): void {
  run(
    require(`the data set ${name}`, 'is not here (`tablize data`)', () => isHere(name)),
    name,
    title,
    body,
  );
}

/** The same for a data set that no package brings: it may be missing even where every tool is required. */
export function describeWhereDataSet(name: string, title: string, body: () => void): void {
  run(isHere(name), name, title, body);
}

function isHere(name: string): boolean {
  const set = namedSet(name);
  return set !== undefined && lookForSet(set).some(({ used, found }) => used && found);
}

function run(there: boolean, name: string, title: string, body: () => void): void {
  if (there) describe(title, body);
  else describe.skip(`${title} [missing: data set ${name}]`, body);
}
