import { writeFileSync } from 'node:fs';
import { InputError } from '../errors.js';

/** Where a command's words go. Results for people and progress never mix with JSON on standard output. */
export interface Output {
  /** A line of the result. */
  readonly line: (text: string) => void;
  /** A line of progress: overwritten on a terminal; elsewhere a plain line, at most one every two seconds. */
  readonly progress: (text: string) => void;
  /** What went wrong but does not end the command, on standard error. */
  readonly problem: (text: string) => void;
  /** The result for machines; written only where `--json` asked for it. */
  readonly json: (value: unknown) => void;
  /** Whether this run prints JSON on standard output. */
  readonly machine: boolean;
}

/** `--json` alone or `--json -`: JSON on standard output; `--json <file>`: JSON into the file, text as usual. */
export type JsonTarget = string | true | undefined;

/** What a command line that could not be parsed says of `--json`. */
export function jsonTargetOf(args: readonly string[]): JsonTarget {
  const inline = args.find((arg) => arg.startsWith('--json='));
  if (inline !== undefined) return inline.slice('--json='.length);
  const at = args.indexOf('--json');
  if (at < 0) return undefined;
  const next = args[at + 1];
  return next === undefined || (next.startsWith('-') && next !== '-') ? true : next;
}

/** Milliseconds between two lines of progress where they cannot be overwritten, as in a log file. */
const PLAIN_INTERVAL = 2000;

/** The output of one command run, bound to this process's streams. */
export function createOutput(target: JsonTarget): Output {
  const machine = target === true || target === '-';
  const people = machine ? process.stderr : process.stdout;
  let pending = false;
  let lastProgress = -Infinity;
  const settle = (): void => {
    if (pending) process.stderr.write('\r\x1b[K');
    pending = false;
  };
  return {
    machine,
    line(text) {
      settle();
      people.write(`${text}\n`);
    },
    progress(text) {
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, process.stderr.columns - 1))}`);
        pending = true;
        return;
      }
      if (performance.now() - lastProgress < PLAIN_INTERVAL) return;
      lastProgress = performance.now();
      process.stderr.write(`${text}\n`);
    },
    problem(text) {
      settle();
      process.stderr.write(`${text}\n`);
    },
    json(value) {
      settle();
      if (target === undefined) return;
      const text = `${JSON.stringify(value, null, 2)}\n`;
      if (machine) process.stdout.write(text);
      else if (typeof target === 'string') writeJson(target, text);
    },
  };
}

function writeJson(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new InputError(`the JSON report cannot be written: ${(cause as Error).message}`, {
      where: path,
      next: 'give --json a writable path',
      cause,
    });
  }
}
