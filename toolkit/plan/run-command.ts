import { spawn, type ChildProcess } from 'node:child_process';
import { $ } from 'zx';
import { InterruptedError } from '../errors.js';
import type { Command } from './build-plan.js';

export interface CommandResult {
  /** Exit code; null when a signal, the time limit or `onText` ended the command. */
  readonly code: number | null;
  /** The command could not be started because there is no such program. */
  readonly missing: boolean;
  readonly timedOut: boolean;
  /** Standard output, then standard error; `text` has them in the order in which they came. */
  readonly stdout: string;
  readonly stderr: string;
  readonly text: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** The environment that the command's own variables are added to. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what the command says, as it comes; an answer `stop` ends it, as the time limit would. */
  readonly onText?: (text: string) => 'stop' | undefined;
}

/** Milliseconds between the request to end and the end by force. */
const GRACE = 2_000;
/** Milliseconds after which a command is left alone that does not end even by force, as one that waits for a USB driver may. */
const LAST_GRACE = 4_000;

/** Ends a command with all its children. */
function end(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has ended by itself.
    }
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), GRACE).unref();
}

/**
 * Runs one command and waits for it. The result of a command that fails is a value, not an error.
 * Throws InterruptedError when the signal ends it; its children end with it.
 */
export async function runCommand(command: Command, options: RunOptions): Promise<CommandResult> {
  const { signal } = options;
  if (signal?.aborted === true) throw new InterruptedError();
  const [program, ...args] = command.argv;
  const state: { child: ChildProcess | null; timedOut: boolean; text: string } = {
    child: null,
    timedOut: false,
    text: '',
  };
  // zx would hand its template to a shell; here the argument vector goes to the program as it is.
  const direct = ((_shellLine: string, _shellArgs: readonly string[], settings: object) => {
    const child = spawn(program, args, {
      ...settings,
      cwd: options.cwd,
      shell: false,
      // A process group of its own, so that the whole family can be ended; a console window on Windows.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    state.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        const text = bytes.toString();
        state.text += text;
        if (options.onText?.(text) === 'stop') stop();
      });
    }
    return child;
  }) as typeof spawn;

  let abandon: (() => void) | undefined;
  let lastTimer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<null>((resolve) => (abandon = () => resolve(null)));
  const stop = (): void => {
    if (state.child !== null) end(state.child);
    lastTimer ??= setTimeout(() => {
      // A child of its own that left the group may hold on to the pipes.
      state.child?.stdout?.destroy();
      state.child?.stderr?.destroy();
      state.child?.unref();
      abandon?.();
    }, LAST_GRACE);
  };
  const timer = setTimeout(() => {
    state.timedOut = true;
    stop();
  }, command.timeoutSeconds * 1000);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const running = $({
      spawn: direct,
      shell: true,
      quote: String,
      env: { ...(options.env ?? process.env), ...command.env },
      nothrow: true,
      quiet: true,
      verbose: false,
    })`command`;
    const output = await Promise.race([running, abandoned]);
    // Asked again: it may have changed while the command ran.
    if (isAborted(signal)) throw new InterruptedError();
    if (output === null)
      return {
        code: null,
        missing: false,
        timedOut: state.timedOut,
        stdout: '',
        stderr: '',
        text: state.text,
      };
    const failure = output.cause as NodeJS.ErrnoException | null | undefined;
    return {
      code: failure == null && !state.timedOut ? output.exitCode : null,
      missing: failure?.code === 'ENOENT',
      timedOut: state.timedOut,
      stdout: output.stdout,
      stderr: output.stderr,
      text: output.stdall,
    };
  } finally {
    clearTimeout(timer);
    clearTimeout(lastTimer);
    signal?.removeEventListener('abort', stop);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false;
}
