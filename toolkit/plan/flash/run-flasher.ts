import { DeviceError, ToolMissingError } from '../../errors.js';
import type { Command } from '../build-plan.js';
import { runCommand } from '../run-command.js';
import type { Flasher } from './flashers.js';
import { troubleError, type Subject } from './trouble.js';

export interface FlashOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a drive may take to restart, or a tool to finish; the plan's own limit where it is not given. */
  readonly timeoutSeconds?: number | undefined;
  /** Where drives may be mounted; for tests. */
  readonly mountPoints?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Runs a flasher to its end. Throws ToolMissingError, DeviceError with what its words mean, InterruptedError. */
export async function runFlasher(
  flasher: Flasher,
  command: Command,
  subject: Subject,
  options: FlashOptions,
): Promise<void> {
  const { program, install, meanings } = flasher;
  const result = await runCommand(
    { ...command, timeoutSeconds: options.timeoutSeconds ?? command.timeoutSeconds },
    { cwd: process.cwd(), signal: options.signal, env: options.env ?? process.env },
  );
  if (result.code === 0) return;
  if (result.missing)
    throw new ToolMissingError(`${program} is not on the PATH`, { next: `install ${program}: ${install}` });
  if (result.timedOut) {
    throw new DeviceError(`${program} did not finish in time`, {
      where: subject.port,
      next: 'unplug the board, plug it in again, and repeat',
    });
  }
  const meaning = meanings.find(([says]) => says.test(result.text));
  throw troubleError(meaning?.[1] ?? null, program, subject, result.text);
}
