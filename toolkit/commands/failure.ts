import { CommanderError } from 'commander';
import { EXIT, TablizeError, type ExitCode } from '../errors.js';

/** The exit code that an error ends the process with. An unexpected one is a defect of ours: 70, as in sysexits. */
export function exitCodeOf(error: unknown): ExitCode | 70 {
  if (error instanceof TablizeError) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  return 70;
}

export interface FailureReport {
  readonly error: {
    readonly message: string;
    readonly where: string | null;
    readonly next: string | null;
    readonly exitCode: number;
  };
}

/** The words for people and the object for machines; commander has already printed its own. */
export function describeError(
  error: unknown,
  exitCode: number,
): { readonly text: string; readonly json: FailureReport | null } {
  if (error instanceof CommanderError) {
    return {
      text: '',
      json: exitCode === 0 ? null : { error: { message: error.message, where: null, next: null, exitCode } },
    };
  }
  if (error instanceof TablizeError) {
    const { message, where = null, next = null } = error;
    const lines = [
      `error: ${message}`,
      ...(where === null ? [] : [`  where: ${where}`]),
      ...(next === null ? [] : [`  next:  ${next}`]),
    ];
    return { text: lines.join('\n'), json: { error: { message, where, next, exitCode } } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return {
    text: `defect in tablize: ${stack}\n  next:  please report this with the command that you ran`,
    json: {
      error: { message, where: null, next: 'please report this with the command that you ran', exitCode },
    },
  };
}
