import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where tools, their caches and data sets are kept: TABLIZE_CACHE, else tablize/ in XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['TABLIZE_CACHE'];
  if (own !== undefined && own !== '') return isAbsolute(own) ? own : join(process.cwd(), own);
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache');
  return join(base, 'tablize');
}
