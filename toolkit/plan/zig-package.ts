import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { assetPath } from '../assets.js';
import { cacheFolder } from '../cache-folder.js';
import { InputError, ToolMissingError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { findExecutable } from './find-executable.js';
import { lastLines } from './last-lines.js';
import { runCommand } from './run-command.js';

export const ZIG_VERSION = '0.16.0';

/** Roughly what the package takes on disk once installed, in megabytes. */
export const ZIG_MEGABYTES = 400;

/** The zig compiler as an npm package of its own, outside the toolkit's dependencies, in the cache folder. */
export interface ZigPackage {
  readonly folder: string;
  readonly binary: string;
  readonly installed: boolean;
  /** Whether the lock file pins a compiler for this machine. */
  readonly available: boolean;
}

const PLATFORM_PACKAGE = `@zigc/${process.platform}-${process.arch}`;
const lockSchema = z.object({ packages: z.record(z.string(), z.unknown()) });

/** Where the package is, or would be. */
export function zigPackage(env: NodeJS.ProcessEnv = process.env): ZigPackage {
  const source = assetPath('scripts/tools/zig');
  const files = ['package.json', 'package-lock.json'].map((name) => readFileSync(join(source, name), 'utf8'));
  const hash = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(env), 'tools', `zig-${ZIG_VERSION}-${hash}`);
  const file = process.platform === 'win32' ? 'zig.exe' : 'zig';
  const binary = join(folder, 'node_modules', ...PLATFORM_PACKAGE.split('/'), 'bin', file);
  const lock = lockSchema.parse(JSON.parse(files[1] ?? ''));
  return {
    folder,
    binary,
    installed: existsSync(binary),
    available: `node_modules/${PLATFORM_PACKAGE}` in lock.packages,
  };
}

export interface InstallOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Installs the package if it is not there. It is made under a name of its own and renamed when it is whole,
 * so an interrupted run leaves nothing that looks finished, and two runs at once do not disturb each other.
 * Throws ToolMissingError when npm cannot fetch it.
 */
export async function installZig(options: InstallOptions = {}): Promise<ZigPackage> {
  const env = options.env ?? process.env;
  const found = zigPackage(env);
  if (found.installed) return found;
  if (!found.available) {
    throw new ToolMissingError(
      `the zig package has no pinned compiler for ${process.platform} on ${process.arch}`,
    );
  }
  const partial = `${found.folder}.partial-${process.pid}-${Date.now().toString(36)}`;
  try {
    sweep(found.folder);
    makeFolder(partial);
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(assetPath('scripts/tools/zig'), name), join(partial, name));
    }
    options.progress?.(
      `fetching the zig ${ZIG_VERSION} compiler with npm, once: about ${ZIG_MEGABYTES} MB in ${found.folder}`,
    );
    await npmInstall(partial, env, options.signal);
    publish(partial, found.folder);
  } catch (cause) {
    if (cause instanceof InputError || (cause instanceof Error && 'code' in cause && 'syscall' in cause)) {
      throw new ToolMissingError(`the cache folder cannot be written: ${cause.message}`, {
        where: dirname(found.folder),
        next: 'set TABLIZE_CACHE to a folder with 1 GB of free space',
        cause,
      });
    }
    throw cause;
  } finally {
    if (existsSync(partial)) rmSync(partial, { recursive: true, force: true });
  }
  const installed = zigPackage(env);
  if (!installed.installed) {
    throw new ToolMissingError('npm installed the zig package without its compiler', {
      where: installed.folder,
    });
  }
  options.progress?.('the zig compiler is installed');
  return installed;
}

async function npmInstall(
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const npm = npmCommand(env);
  if (npm === null) {
    throw new ToolMissingError('npm is not on the PATH', { next: 'install npm, which comes with Node.js' });
  }
  const result = await runCommand(
    {
      title: 'fetch the zig compiler',
      argv: [...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'],
      env: {},
      timeoutSeconds: 1800,
    },
    { cwd: folder, env, signal },
  );
  if (result.code === 0) return;
  const why = result.timedOut ? 'it took longer than 30 minutes' : lastLines(result.text, 6);
  throw new ToolMissingError(`npm could not fetch the zig compiler:\n${why}`);
}

/** npm's own script is run by this very Node where it is found: `npm.cmd` cannot be started without a shell. */
export function npmCommand(env: NodeJS.ProcessEnv = process.env): readonly [string, ...string[]] | null {
  const node = dirname(process.execPath);
  const scripts = [
    env['npm_execpath'],
    join(node, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(node, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  for (const script of scripts) {
    if (script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script)) {
      return [process.execPath, script];
    }
  }
  const program = findExecutable('npm', env);
  return program === null ? null : [program];
}

/** Gives the finished folder its name; another run may have been first, and then its folder is as good. */
function publish(partial: string, folder: string): void {
  try {
    renameSync(partial, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** Removes what interrupted runs left: partial folders whose process is no more. */
function sweep(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = /^zig-.*\.partial-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
