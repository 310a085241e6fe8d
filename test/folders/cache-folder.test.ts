import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../../toolkit/cache-folder.js';

describe('cacheFolder', () => {
  it.each([
    [{ TABLIZE_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a'],
    [{ TABLIZE_CACHE: 'a' }, join(process.cwd(), 'a')],
    [{ TABLIZE_CACHE: '', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/b/tablize'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/c' }, '/c/.cache/tablize'],
    [{}, join(homedir(), '.cache', 'tablize')],
  ])('%j gives %s', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});
