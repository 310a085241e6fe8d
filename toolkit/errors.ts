/**
 * The errors a user can meet. Each says what went wrong, where, and what to do next; `main.ts` alone turns
 * one into an exit code.
 */

/** Exit codes of the command line; the README documents them. */
export const EXIT = {
  ok: 0,
  difference: 1,
  usage: 2,
  toolMissing: 3,
  build: 4,
  device: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface ErrorDetail {
  /** The file, stage, port or command that the error is about. */
  readonly where?: string;
  /** What the user can do about it, as an imperative sentence. */
  readonly next?: string;
  readonly cause?: unknown;
}

/** Base of all expected errors. Anything else that is thrown is a defect of the toolkit. */
export class TablizeError extends Error {
  readonly exitCode: ExitCode;
  readonly where: string | undefined;
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? {} : { cause: detail.cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
    this.where = detail.where;
    this.next = detail.next;
  }
}

/** Bad usage or bad input: a file, an option or a value (exit code 2). */
export class InputError extends TablizeError {
  constructor(message: string, detail?: ErrorDetail) {
    super(EXIT.usage, message, detail);
  }
}

/** A tool that is needed is not on the machine and could not be fetched (exit code 3). */
export class ToolMissingError extends TablizeError {
  constructor(message: string, detail?: ErrorDetail) {
    super(EXIT.toolMissing, message, detail);
  }
}

/** A build failed, does not fit the board, or broke a promise such as "no multiplication" (exit code 4). */
export class BuildError extends TablizeError {
  constructor(message: string, detail?: ErrorDetail) {
    super(EXIT.build, message, detail);
  }
}

/** A port or a board did not do what it should (exit code 5). */
export class DeviceError extends TablizeError {
  constructor(message: string, detail?: ErrorDetail) {
    super(EXIT.device, message, detail);
  }
}

/** The user pressed Ctrl-C or the process was asked to end (exit code 130). */
export class InterruptedError extends TablizeError {
  constructor(message = 'interrupted') {
    super(EXIT.interrupted, message);
  }
}
