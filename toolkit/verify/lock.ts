import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { InputError } from '../errors.js';
import { isRunning } from '../is-running.js';

/** Who holds a lock, as its file tells. */
interface Holder {
  readonly pid: number;
  readonly machine: string;
}

/** Locks of this process: a file with its number that is not among them is of an earlier process that had the same. */
const held = new Set<string>();

/**
 * Takes the lock of a file, `<path>.lock`, for this process alone; the answer gives it back. What a process left that has ended is taken
 * over. Throws InputError, naming the process, while another one has it.
 */
export function takeLock(path: string): () => void {
  const lock = resolve(`${path}.lock`);
  for (let tries = 0; tries < 3; tries++) {
    if (isMade(lock)) {
      held.add(lock);
      return () => {
        if (held.delete(lock)) rmSync(lock, { force: true });
      };
    }
    const holder = holderOf(lock);
    if (isHeld(holder, lock)) throw locked(path, lock, holder);
    removeStale(lock);
  }
  throw locked(path, lock, holderOf(lock));
}

/** Makes the file; false when it is there. A link to a finished file shows nobody a half of one; not every file system has links. */
function isMade(lock: string): boolean {
  const text = `${JSON.stringify({ pid: process.pid, machine: hostname() } satisfies Holder)}\n`;
  const mine = `${lock}.${process.pid}`;
  try {
    writeFileSync(mine, text);
    linkSync(mine, lock);
    return true;
  } catch (error) {
    return !isThere(error) && isMadeAtOnce(lock, text);
  } finally {
    rmSync(mine, { force: true });
  }
}

function isMadeAtOnce(lock: string, text: string): boolean {
  try {
    writeFileSync(lock, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Undefined when the file is gone, or was not written by this toolkit. */
function holderOf(lock: string): Holder | undefined {
  try {
    const { pid, machine } = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Record<keyof Holder, unknown>>;
    return Number.isInteger(pid) && Number(pid) > 0 && typeof machine === 'string'
      ? { pid: Number(pid), machine }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A process of another machine cannot be asked, and counts as running. */
function isHeld(holder: Holder | undefined, lock: string): boolean {
  if (holder === undefined) return false;
  if (holder.machine !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(lock);
  return isRunning(holder.pid);
}

/** Moves the file away before it is looked at again, so that of two who find it stale neither removes the other's new one. */
function removeStale(lock: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    if (isHeld(holderOf(aside), lock)) linkSync(aside, lock);
  } catch {
    // Whoever was faster has it, or will be seen in the next try.
  }
  rmSync(aside, { force: true });
}

function locked(path: string, lock: string, holder: Holder | undefined): InputError {
  const who =
    holder === undefined
      ? 'another run'
      : holder.machine === hostname()
        ? `process ${holder.pid}`
        : `process ${holder.pid} on ${holder.machine}`;
  return new InputError(`${who} is writing this journal`, {
    where: path,
    next: `wait until it has ended, or give another --journal; if that process is no run of tablize, remove ${lock}`,
  });
}
