import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** Whether a tool is on the PATH. With REQUIRE_TOOLS=1 a missing tool is an error instead of a reason to skip. */
export function requireTool(name: string): boolean {
  return require(name, 'is not on the PATH', () =>
    (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name))));
}

/** As requireTool, for what is found in another way than by its name on the PATH. */
export function require(name: string, lack: string, isThere: () => boolean): boolean {
  const found = isThere();
  if (!found && process.env['REQUIRE_TOOLS'] === '1') throw new Error(`REQUIRE_TOOLS=1, but ${name} ${lack}`);
  return found;
}

/** A group of tests that needs tools; without them it is skipped, and its title says which are missing. */
export function describeWithTool(names: string | readonly string[], title: string, body: () => void): void {
  const missing = [names].flat().filter((name) => !requireTool(name));
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} [missing: ${missing.join(', ')}]`, body);
}

/** One test that needs tools; without them it is skipped, and its title says which are missing. */
export function itWithTool(
  names: string | readonly string[],
  title: string,
  body: () => void | Promise<void>,
): void {
  const missing = [names].flat().filter((name) => !requireTool(name));
  if (missing.length === 0) it(title, body);
  else it.skip(`${title} [missing: ${missing.join(', ')}]`, body);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
