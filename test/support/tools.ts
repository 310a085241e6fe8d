import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a tool is on the PATH. With REQUIRE_TOOLS=1 a missing tool is an error instead of a reason to skip. */
export function requireTool(name: string): boolean {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, name)));
  if (!found && process.env['REQUIRE_TOOLS'] === '1') {
    throw new Error(`REQUIRE_TOOLS=1, but ${name} is not on the PATH`);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
