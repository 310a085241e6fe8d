import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** Runs a command in a folder; what it says is in the error when it fails. */
export function run(folder: string, command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export interface DriverBuilder {
  /** Builds the project's network library with driver.c under the sanitizers and feeds it `input`. */
  run(project: FirmwareProject, cName: string, input: Uint8Array): Int32Array;
  close(): void;
}

const FLAGS = ['-std=c99', '-O1', ...WARNINGS, '-fsanitize=undefined,address', '-fno-sanitize-recover=all'];

/** Builds drivers; keeps the objects of engine files, which are the same for all networks of one configuration. */
export function driverBuilder(): DriverBuilder {
  const objects = mkdtempSync(join(tmpdir(), 'tablize-objects-'));

  const compile = (folder: string, project: FirmwareProject, source: string): string => {
    const key = createHash('sha256').update(
      [source, project.files.get(source), project.files.get('network/engine_config.h')].join('\0'),
    );
    const object = join(objects, `${key.digest('hex')}.o`);
    if (!existsSync(object)) run(folder, 'gcc', [...FLAGS, '-Inetwork', '-c', source, '-o', object]);
    return object;
  };

  return {
    run(project, cName, input) {
      return withProject(project, (folder) => {
        const driver = [`-DNETWORK_INFER=${cName}_infer`, assetPath('test/firmware/driver.c')];
        const library = project.inference.map((source) => compile(folder, project, source));
        run(folder, 'gcc', [...FLAGS, '-Inetwork', '-Ifirmware', ...driver, ...library, '-o', 'driver']);
        const output = execFileSync(join(folder, 'driver'), { input, maxBuffer: 2 ** 28, stdio: 'pipe' });
        return new Int32Array(new Uint8Array(output).buffer);
      });
    },
    close() {
      rmSync(objects, { recursive: true });
    },
  };
}
