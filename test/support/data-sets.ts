import { describe } from 'vitest';
import { lookForSet, namedSet } from '../../toolkit/data/index.js';
import { require } from './tools.js';

/** A group of tests that needs a data set; without it the group is skipped, and its title says which is missing. */
export function describeWithDataSet(name: string, title: string, body: () => void): void {
  const there = require(`the data set ${name}`, 'is not here (`tablize data`)', () => {
    const set = namedSet(name);
    return set !== undefined && lookForSet(set).some(({ used, found }) => used && found);
  });
  if (there) describe(title, body);
  else describe.skip(`${title} [missing: data set ${name}]`, body);
}
