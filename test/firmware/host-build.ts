import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FirmwareProject } from '../../toolkit/firmware/index.js';

/** The warnings under which generated projects build, as errors. */
export const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror'] as const;

/** Runs `use` with a temporary folder that holds the project's files. */
export function withProject<T>(project: FirmwareProject, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'tablize-firmware-'));
  try {
    for (const [path, text] of project.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command in a folder; what it says is in the error when it fails. */
export function run(folder: string, command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
