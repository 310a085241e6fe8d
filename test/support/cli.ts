import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository: string = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Looked at often; the process gets Ctrl-C once it is true. */
  readonly interruptWhen?: () => boolean;
  /** Called with the text of standard error so far; may send a signal to the process. */
  readonly watch?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built command as a user would: another process, no terminal. */
export function tablize(
  args: readonly string[],
  { cwd = repository, env = {}, watch, interruptWhen }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repository, 'dist/main.js'), ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      watch?.(stderr, (signal) => child.kill(signal));
    });
    const timer = setInterval(() => {
      if (interruptWhen?.() !== true) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 20);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
