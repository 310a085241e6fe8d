import { CommanderError } from 'commander';
import { EXIT, TablizeError } from '../errors.js';

/** sysexits' EX_SOFTWARE: a defect of ours. */
const DEFECT = 70;

export interface FailureReport {
  readonly error: {
    readonly message: string;
    readonly where: string | null;
    readonly next: string | null;
    readonly exitCode: number;
  };
}

export interface Failure {
  readonly code: number;
  /** The words for people; empty where they were printed already. */
  readonly text: string;
  /** The object for machines; null for what is no failure, such as `--help`. */
  readonly json: FailureReport | null;
}

/** Whether the command line itself is wrong. */
export function isUsageError(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}

/** What the user is told of an error, and the exit code that it deserves. */
export function describeError(error: unknown, signal: AbortSignal): Failure {
  const code = signal.aborted ? EXIT.interrupted : exitCodeOf(error);
  const report = (message: string, where: string | null, next: string | null): FailureReport => ({
    error: { message, where, next, exitCode: code },
  });
  if (isUsageError(error)) {
    const message = error.message.replace(/^error: /, '');
    return { code, text: '', json: code === EXIT.ok ? null : report(message, null, 'see `tablize --help`') };
  }
  if (error instanceof TablizeError) {
    const { message, where = null, next = null } = error;
    const lines = [`error: ${message}`];
    if (where !== null) lines.push(`  where: ${where}`);
    if (next !== null) lines.push(`  next:  ${next}`);
    return { code, text: lines.join('\n'), json: report(message, where, next) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  const next = 'please report this with the command that you ran';
  return { code, text: `defect in tablize: ${stack}\n  next:  ${next}`, json: report(message, null, next) };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof TablizeError) return error.exitCode;
  if (isUsageError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  return DEFECT;
}
