import { join } from 'node:path';
import type { Toolchain } from '../boards/board.js';
import { cacheFolder } from '../cache-folder.js';
import { InputError, ToolMissingError } from '../errors.js';
import { findExecutable } from './find-executable.js';
import { runCommand } from './run-command.js';
import { installZig, ZIG_MEGABYTES, ZIG_VERSION, zigPackage } from './zig-package.js';

export type CompilerKind = 'gcc' | 'clang' | 'zig';
type Argv = readonly [string, ...string[]];

/** A compiler on this machine, for one toolchain of the boards. */
export interface FoundToolchain {
  readonly kind: CompilerKind;
  readonly toolchain: Toolchain;
  /** What to run, without flags: the gcc driver, or `zig cc`. */
  readonly compiler: Argv;
  /** Null on the host, whose program needs no raw image. */
  readonly objcopy: Argv | null;
  /** What its commands need in the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** Why this one was taken, as a phrase. */
  readonly why: string;
}

export interface ToolchainOptions {
  /** Whether the zig package may be fetched where there is no native compiler. */
  readonly allowDownload?: boolean;
  /** Names the zig package where it would be fetched, and fetches nothing: for showing a plan. */
  readonly planOnly?: boolean;
  /** Takes this kind only; else TABLIZE_TOOLCHAIN, else what there is. */
  readonly prefer?: 'gcc' | 'zig' | undefined;
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

interface NativeTools {
  /** Names of drivers in order of preference, and of the objcopy that belongs to them. */
  readonly drivers: readonly string[];
  readonly objcopy: string | null;
  readonly install: string;
}

const NATIVE: Readonly<Record<Toolchain['kind'], NativeTools>> = {
  host: {
    drivers: ['cc', 'gcc', 'clang'],
    objcopy: null,
    install: 'a C compiler: `apt-get install gcc libc6-dev`, or on macOS `xcode-select --install`',
  },
  arm: {
    drivers: ['arm-none-eabi-gcc'],
    objcopy: 'arm-none-eabi-objcopy',
    install: '`apt-get install gcc-arm-none-eabi`, or on macOS `brew install arm-none-eabi-gcc`',
  },
  avr: {
    drivers: ['avr-gcc'],
    objcopy: 'avr-objcopy',
    install:
      '`apt-get install gcc-avr avr-libc`, or on macOS `brew tap osx-cross/avr && brew install avr-gcc`',
  },
  riscv: {
    drivers: ['riscv64-unknown-elf-gcc'],
    objcopy: 'riscv64-unknown-elf-objcopy',
    install:
      '`apt-get install gcc-riscv64-unknown-elf`, or on macOS `brew tap riscv-software-src/riscv && brew install riscv-tools`',
  },
};

/** What to install for a toolchain that is missing, as a phrase. */
export function installAdvice(kind: Toolchain['kind']): string {
  return NATIVE[kind].install;
}

/**
 * Finds the compiler for a board: a native one on the PATH, else a zig on the PATH, else the zig package of npm, which is
 * fetched on first need. Throws ToolMissingError with what to install, InputError for an unknown TABLIZE_TOOLCHAIN.
 */
export async function findToolchain(
  toolchain: Toolchain,
  options: ToolchainOptions = {},
): Promise<FoundToolchain> {
  const env = options.env ?? process.env;
  const forced = options.prefer ?? forcedKind(env);
  const because = options.prefer === undefined ? 'TABLIZE_TOOLCHAIN asks for it' : 'it was asked for';
  if (forced !== 'zig') {
    const native = await findNative(toolchain, env, forced === undefined ? undefined : because);
    if (native !== null) return native;
    if (forced !== undefined)
      throw missing(toolchain, `no native compiler for ${toolchain.kind} is on the PATH`);
  }
  return findZig(toolchain, options, env, forced === 'zig' ? because : undefined);
}

/** As findToolchain, but says what would be used without fetching anything; null when nothing is there. */
export async function installedToolchain(
  toolchain: Toolchain,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FoundToolchain | null> {
  try {
    return await findToolchain(toolchain, { allowDownload: false, env });
  } catch (error) {
    if (error instanceof ToolMissingError) return null;
    throw error;
  }
}

function forcedKind(env: NodeJS.ProcessEnv): 'gcc' | 'zig' | undefined {
  const value = env['TABLIZE_TOOLCHAIN'];
  if (value === undefined || value === '') return undefined;
  if (value === 'gcc' || value === 'zig') return value;
  throw new InputError(`TABLIZE_TOOLCHAIN is "${value}"`, { next: 'set it to gcc or zig, or unset it' });
}

function missing(toolchain: Toolchain, message: string, cause?: unknown): ToolMissingError {
  return new ToolMissingError(message, { next: `install ${installAdvice(toolchain.kind)}`, cause });
}

async function findNative(
  toolchain: Toolchain,
  env: NodeJS.ProcessEnv,
  because: string | undefined,
): Promise<FoundToolchain | null> {
  const { drivers, objcopy } = NATIVE[toolchain.kind];
  const objcopyPath = objcopy === null ? null : findExecutable(objcopy, env);
  if (objcopy !== null && objcopyPath === null) return null;
  for (const driver of drivers) {
    const path = findExecutable(driver, env);
    if (path === null) continue;
    const version = await versionOf([path, '--version'], env);
    // A driver that cannot even say its version (a stub that offers to install the real one) is none.
    if (version === null) continue;
    return {
      kind: /clang/i.test(version) ? 'clang' : 'gcc',
      toolchain,
      compiler: [path],
      objcopy: objcopyPath === null ? null : [objcopyPath],
      env: { LC_ALL: 'C' },
      version,
      why: because ?? 'a native compiler on the PATH is preferred',
    };
  }
  return null;
}

async function findZig(
  toolchain: Toolchain,
  options: ToolchainOptions,
  env: NodeJS.ProcessEnv,
  because: string | undefined,
): Promise<FoundToolchain> {
  const pinned = zigPackage(env);
  const onPath = pinned.installed ? null : findExecutable('zig', env);
  const planned = options.planOnly === true && !pinned.installed && onPath === null && pinned.available;
  const fetched = pinned.installed || planned ? pinned.binary : null;
  const binary = onPath ?? fetched ?? (await fetchZig(toolchain, options, env));
  const version = planned ? ZIG_VERSION : await versionOf([binary, 'version'], env);
  if (version === null) throw missing(toolchain, `the zig compiler does not run: ${binary}`);
  const caches = join(cacheFolder(env), 'zig-cache');
  const absent = because ?? 'no native compiler is on the PATH';
  return {
    kind: 'zig',
    toolchain,
    compiler: [binary, 'cc'],
    objcopy: toolchain.kind === 'host' ? null : [binary, 'objcopy'],
    env: {
      LC_ALL: 'C',
      ZIG_GLOBAL_CACHE_DIR: join(caches, 'global'),
      ZIG_LOCAL_CACHE_DIR: join(caches, 'local'),
    },
    version: `zig ${version}`,
    why: `${absent}: ${onPath === null ? 'zig from npm' : 'zig on the PATH'}${planned ? `, to be fetched (${ZIG_MEGABYTES} MB)` : ''}`,
  };
}

async function fetchZig(
  toolchain: Toolchain,
  options: ToolchainOptions,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  if (options.allowDownload !== true) {
    throw missing(
      toolchain,
      `no compiler for ${toolchain.kind} is installed, and fetching one was not allowed`,
    );
  }
  try {
    const { binary } = await installZig({ progress: options.progress, signal: options.signal, env });
    return binary;
  } catch (cause) {
    if (!(cause instanceof ToolMissingError)) throw cause;
    throw missing(toolchain, `no compiler for ${toolchain.kind} is installed, and ${cause.message}`, cause);
  }
}

/**
 * What a program says of its version: the first line, or what matches a pattern in all that it says.
 * Null when it does not run; its exit code counts only without a pattern.
 */
export async function versionOf(
  argv: Argv,
  env: NodeJS.ProcessEnv = process.env,
  pattern?: RegExp,
): Promise<string | null> {
  const result = await runCommand(
    { title: 'version', argv, env: { LC_ALL: 'C' }, timeoutSeconds: 30 },
    { cwd: process.cwd(), env },
  );
  if (pattern !== undefined) return pattern.exec(result.text)?.[0] ?? null;
  const line = result.stdout.split(/\r?\n/).find((text) => text.trim() !== '');
  return result.code === 0 && line !== undefined ? line.trim() : null;
}
