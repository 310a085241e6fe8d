import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../errors.js';
import { makeFolder } from '../folders.js';
import {
  answerLine,
  headerLine,
  mismatchLine,
  readJournal,
  requireSame,
  type JournalHeader,
} from './journal-lines.js';
import { takeLock } from './lock.js';
import type { Recording } from './recording.js';

export type { JournalHeader } from './journal-lines.js';

/** A recording in a file, line by line, that a run which was ended in any way can go on with. */
export interface Journal extends Recording {
  close(): void;
}

/**
 * Opens the journal of a run, or starts it; no other process can until it is closed. `resume`: goes on with one that is there; without it,
 * such a file is not touched. Throws InputError when another process has it open, when the file is of another run, is damaged or no
 * journal, or cannot be written.
 */
export function openJournal(
  path: string,
  header: JournalHeader,
  options: { readonly resume: boolean },
): Journal {
  const unlock = attempt(path, () => {
    makeFolder(dirname(path));
    return takeLock(path);
  });
  try {
    const journal = openLocked(path, header, options);
    return {
      ...journal,
      close() {
        try {
          journal.close();
        } finally {
          unlock();
        }
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function openLocked(path: string, header: JournalHeader, { resume }: { readonly resume: boolean }): Journal {
  const there = attempt(path, () => existsSync(path));
  if (there && !resume) {
    throw new InputError('there is a journal already', {
      where: path,
      next: 'go on with it with --resume, or remove it',
    });
  }
  const known = there
    ? readJournal(
        attempt(path, () => readFileSync(path, 'utf8')),
        path,
      )
    : null;
  if (known !== null) requireSame(header, known.header, path);
  const used = known?.header ?? header;
  const file = attempt(path, () => {
    if (there) truncateSync(path, known?.length ?? 0);
    return openSync(path, 'a');
  });
  const write = (line: string): void => {
    attempt(path, () => {
      const bytes = Buffer.from(line);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
  };
  if (known === null) write(headerLine(header));
  return {
    answers: known?.answers ?? [],
    mismatches: known?.mismatches ?? [],
    answered: (answer) => write(answerLine(used, answer)),
    differs: (mismatch) => write(mismatchLine(used, mismatch)),
    close() {
      attempt(path, () => fsyncSync(file));
      closeSync(file);
    },
  };
}

/** What the file system refuses, in words that help. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof InputError || !(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new InputError(`the journal cannot be written: ${cause.message}`, {
      where: path,
      next: 'give --journal a file that you may write to, with room on its disk',
      cause,
    });
  }
}
