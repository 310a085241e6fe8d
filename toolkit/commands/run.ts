import type { ExitCode } from '../errors.js';
import type { JsonTarget, Output } from './output.js';

/** What every command is given: where its words go, and when to stop. */
export interface Run {
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: JsonTarget;
}

/** A command: pure wiring of rooms; its answer is the exit code. Failures are thrown as TablizeError. */
export type CommandBody<Options extends CommonOptions> = (
  options: Options,
  run: Run,
) => Promise<ExitCode> | ExitCode;
