import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assetPath } from '../../toolkit/assets.js';
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

/** Builds the project's network library with driver.c under the sanitizers and feeds it `input`. */
export function runDriver(project: FirmwareProject, cName: string, input: Uint8Array): Int32Array {
  return withProject(project, (folder) => {
    const program = join(folder, 'driver');
    execFileSync(
      'gcc',
      [
        ...[
          '-std=c99',
          '-O1',
          '-g',
          ...WARNINGS,
          '-fsanitize=undefined,address',
          '-fno-sanitize-recover=all',
        ],
        ...project.includes.map((include) => `-I${include}`),
        `-DNETWORK_INFER=${cName}_infer`,
        ...project.inference,
        assetPath('test/firmware/driver.c'),
        ...['-o', program],
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output = execFileSync(program, { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'pipe'] });
    return new Int32Array(new Uint8Array(output).buffer);
  });
}
