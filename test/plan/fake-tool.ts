import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A PATH on which `name` is this shell script, made under `folder`. */
export function fakeTool(folder: string, name: string, script: string): { readonly PATH: string } {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin` };
}

/** A script that says these words on standard error and fails. */
export const failing = (words: string, code = 1): string => `cat >&2 <<'END'\n${words}\nEND\nexit ${code}`;
