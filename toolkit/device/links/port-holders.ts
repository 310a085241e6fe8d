import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../../errors.js';

/** A program that has a port open. */
export interface Holder {
  readonly program: string;
  readonly pid: number;
}

const PROC = '/proc';
/** It opens every new port to see whether a modem answers, and runs as root: others do not see what it has open. */
const MODEM_MANAGER = 'ModemManager';

/**
 * The other programs that have a port open, as far as this user may see that: on Linux, of all programs as root, else of one's own.
 * Those that live inside a pseudo-terminal, or make it, do not count as holding it.
 */
export function portHolders(port: string, proc = PROC): readonly Holder[] {
  const path = attempt(() => realpathSync(port));
  if (path === null) return [];
  return pids(proc)
    .filter((pid) => pid !== process.pid && openFiles(join(proc, `${pid}`)).includes(path))
    .filter((pid) => !isPartOf(join(proc, `${pid}`), path))
    .map((pid) => ({ pid, program: programOf(proc, pid) }));
}

/** Throws DeviceError when another program has the port open, with its name. */
export function requireFreePort(port: string, proc = PROC): void {
  const holders = portHolders(port, proc);
  if (holders.length > 0) throw heldError(port, holders);
}

/** The error for a port that the driver does not give us. */
export function busyError(port: string, cause: unknown, proc = PROC): DeviceError {
  const holders = portHolders(port, proc);
  if (holders.length > 0) return heldError(port, holders, cause);
  const suspect = pids(proc).find((pid) => programOf(proc, pid) === MODEM_MANAGER);
  if (suspect !== undefined) {
    return new DeviceError(`another program has this port open, perhaps ${MODEM_MANAGER} (pid ${suspect})`, {
      where: port,
      next: `wait half a minute and repeat: it leaves ports alone that are no modem's; ${MODEM_MANAGER_REMEDY}`,
      cause,
    });
  }
  return new DeviceError('another program has this port open', {
    where: port,
    next: `close the serial monitor, terminal or other program that uses it (\`sudo fuser -v ${port}\` shows which) and retry`,
    cause,
  });
}

const MODEM_MANAGER_REMEDY =
  'to end that for good, `sudo systemctl disable --now ModemManager`, or tell it to leave the board alone by a udev rule with ENV{ID_MM_DEVICE_IGNORE}="1" (docs/ports.md)';

function heldError(port: string, holders: readonly Holder[], cause?: unknown): DeviceError {
  const names = holders.map(({ program, pid }) => `${program} (pid ${pid})`).join(', ');
  const isModemManager = holders.some(({ program }) => program === MODEM_MANAGER);
  return new DeviceError(`another program has this port open: ${names}`, {
    where: port,
    next: isModemManager
      ? `wait half a minute and repeat; ${MODEM_MANAGER_REMEDY}`
      : `close it (\`kill ${holders.map(({ pid }) => pid).join(' ')}\` where it has no window) and retry`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function pids(proc: string): readonly number[] {
  return (attempt(() => readdirSync(proc)) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}

function openFiles(process: string): readonly string[] {
  const folder = join(process, 'fd');
  const open = attempt(() => readdirSync(folder)) ?? [];
  return open.flatMap((fd) => attempt(() => readlinkSync(join(folder, fd))) ?? []);
}

/** Other ends of pseudo-terminals, as their makers have them open. */
const MASTERS = ['/dev/ptmx', '/dev/pts/ptmx'];

/** Whether the process makes pseudo-terminals, or has this one as its controlling terminal; field 7 of its `stat` (proc(5)) is that of its device. */
function isPartOf(process: string, path: string): boolean {
  if (!path.startsWith('/dev/pts/')) return false;
  if (openFiles(process).some((file) => MASTERS.includes(file))) return true;
  const stat = attempt(() => readFileSync(join(process, 'stat'), 'latin1')) ?? '';
  // The second field is a name in brackets, which may hold anything.
  const terminal = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[4]);
  return attempt(() => statSync(path).rdev) === terminal;
}

/** The program's name, as the kernel has it: at most 15 characters, of which only what can be printed. */
function programOf(proc: string, pid: number): string {
  const name = attempt(() => readFileSync(join(proc, `${pid}`, 'comm'), 'utf8')) ?? '?';
  return name.trim().replace(/\p{C}/gu, '?');
}

/** Processes come and go, and not all may be looked at. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
