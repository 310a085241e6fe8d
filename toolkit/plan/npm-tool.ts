import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { assetPath } from '../assets.js';
import { cacheFolder } from '../cache-folder.js';
import { InputError, ToolMissingError } from '../errors.js';
import { isRunning } from '../is-running.js';
import { makeFolder } from '../folders.js';
import { findExecutable } from './find-executable.js';
import { lastLines } from './last-lines.js';
import { runCommand } from './run-command.js';

/** A tool that comes as a package of npm of its own, outside the toolkit's dependencies, pinned by scripts/tools/<id>/package-lock.json. */
export interface NpmTool {
  /** Folder in scripts/tools. */
  readonly id: string;
  /** For messages: "the zig compiler". */
  readonly what: string;
  readonly version: string;
  /** Roughly what it takes on disk once installed. */
  readonly megabytes: number;
  /** A package that the lock file must pin for this machine. */
  readonly needs: string;
  /** A file that is there once npm has finished, relative to the folder. */
  readonly entry: string;
  /** Files beside package.json and its lock that belong to it. */
  readonly scripts: readonly string[];
}

/** Where a tool is, or would be. */
export interface NpmPackage {
  readonly folder: string;
  readonly binary: string;
  readonly installed: boolean;
  /** Whether the lock file pins what this machine needs. */
  readonly available: boolean;
}

const lockSchema = z.object({ packages: z.record(z.string(), z.unknown()) });

function filesOf({ scripts }: NpmTool): readonly string[] {
  return ['package.json', 'package-lock.json', ...scripts];
}

/** Where the package is, or would be: a folder in the cache for each set of pinned files. */
export function npmPackage(tool: NpmTool, env: NodeJS.ProcessEnv = process.env): NpmPackage {
  const source = assetPath(`scripts/tools/${tool.id}`);
  const files = filesOf(tool).map((name) => readFileSync(join(source, name), 'utf8'));
  const hash = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(env), 'tools', `${tool.id}-${tool.version}-${hash}`);
  const binary = join(folder, ...tool.entry.split('/'));
  const lock = lockSchema.parse(JSON.parse(files[1] ?? ''));
  return {
    folder,
    binary,
    installed: existsSync(binary),
    available: `node_modules/${tool.needs}` in lock.packages,
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
export async function installNpmTool(tool: NpmTool, options: InstallOptions = {}): Promise<NpmPackage> {
  const env = options.env ?? process.env;
  const found = npmPackage(tool, env);
  if (found.installed) return found;
  if (!found.available) {
    throw new ToolMissingError(`${tool.what} is not pinned for ${process.platform} on ${process.arch}`);
  }
  const partial = `${found.folder}.partial-${process.pid}-${Date.now().toString(36)}`;
  try {
    sweep(found.folder, tool.id);
    makeFolder(partial);
    for (const name of filesOf(tool)) {
      cpSync(join(assetPath(`scripts/tools/${tool.id}`), name), join(partial, name));
    }
    options.progress?.(
      `fetching ${tool.what} ${tool.version} with npm, once: about ${tool.megabytes} MB in ${found.folder}`,
    );
    await npmInstall(tool, partial, env, options.signal);
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
  const installed = npmPackage(tool, env);
  if (!installed.installed) {
    throw new ToolMissingError(`npm installed ${tool.what} without the file that is used`, {
      where: installed.folder,
    });
  }
  options.progress?.(`${tool.what} is installed`);
  return installed;
}

async function npmInstall(
  { what }: NpmTool,
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
      title: `fetch ${what}`,
      argv: [...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'],
      env: {},
      timeoutSeconds: 1800,
    },
    { cwd: folder, env, signal },
  );
  if (result.code === 0) return;
  const why = result.timedOut ? 'it took longer than 30 minutes' : lastLines(result.text, 6);
  throw new ToolMissingError(`npm could not fetch ${what}:\n${why}`);
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
function sweep(folder: string, id: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(`${id}-`) ? /\.partial-(\d+)-/.exec(name)?.[1] : undefined;
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}
