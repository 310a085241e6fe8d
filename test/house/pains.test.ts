import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';

const PAGE = 'docs/pains.md';

interface Named {
  readonly title: string;
  readonly file: string;
}

/** The tests that the page names: links from a title to a file. */
function namedTests(page: string): readonly Named[] {
  return [...page.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(
    ([, title = '', file = '']) => ({ title, file }),
  );
}

/** Whether a text in quotes holds the title. */
function hasTitle(source: string, title: string): boolean {
  const literal = title.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`(['\`])(?:(?!\\1).)*${literal}`).test(source);
}

describe('the page of pains', () => {
  const page = readFileSync(assetPath(PAGE), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| +\d+ /.test(line));

  it('answers thirteen, each with a test', () => {
    expect(rows).toHaveLength(13);
    for (const row of rows) expect(namedTests(row).length).toBeGreaterThan(0);
  });

  it('names tests that are there', () => {
    const missing = namedTests(page).filter(
      ({ title, file }) =>
        !existsSync(assetPath(file)) || !hasTitle(readFileSync(assetPath(file), 'utf8'), title),
    );
    expect(missing).toEqual([]);
  });

  it('would not name a test that is not', () => {
    expect(hasTitle("it('is there', () => undefined)", 'is there')).toBe(true);
    expect(hasTitle("it('is there', () => undefined)", 'is not there')).toBe(false);
    expect(hasTitle('// is there', 'is there')).toBe(false);
  });
});
