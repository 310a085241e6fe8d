import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, DeviceError, InputError, InterruptedError, ToolMissingError } from '../errors.js';
import type { FlashPlan } from './flash-plan.js';
import { lastLines } from './last-lines.js';
import { findDrives, INFO_FILE, isUnmounted, mountPoints } from './mounted-drives.js';
import { runCommand } from './run-command.js';

export interface FlashOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a drive may take to restart, or avrdude to finish; the plan's own limit where it is not given. */
  readonly timeoutSeconds?: number | undefined;
  /** Where drives may be mounted; for tests. */
  readonly mountPoints?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const DRIVE_TIMEOUT_SECONDS = 30;
const AVRDUDE_INSTALL = 'install avrdude: `apt-get install avrdude`, or on macOS `brew install avrdude`';

type DrivePlan = Extract<FlashPlan, { kind: 'uf2-drive' }>;
type AvrdudePlan = Extract<FlashPlan, { kind: 'avrdude' }>;

/**
 * Flashes a board. Throws DeviceError (no drive, no port, not in sync, no rights, it takes too long), ToolMissingError,
 * BuildError when the firmware file is not there, InterruptedError.
 */
export async function executeFlash(plan: FlashPlan, options: FlashOptions = {}): Promise<void> {
  if (!existsSync(plan.file)) {
    throw new BuildError('the firmware file is not there', {
      where: plan.file,
      next: 'build the firmware first',
    });
  }
  options.progress?.(`flash ${plan.title}`);
  await (plan.kind === 'uf2-drive' ? copyToDrive(plan, options) : runAvrdude(plan, options));
}

async function copyToDrive(plan: DrivePlan, options: FlashOptions): Promise<void> {
  const drive = locateDrive(plan, options.mountPoints ?? mountPoints());
  const image = await readFile(plan.file);
  options.progress?.(`copy ${plan.file} to ${drive}`);
  const isGone = (): boolean => !existsSync(join(drive, INFO_FILE));
  let written = false;
  try {
    const file = await open(join(drive, basename(plan.file)), 'w');
    try {
      await file.writeFile(image);
      written = true;
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    // The board restarts with the last block, often before the file is closed.
    if (!written || !(await becomesTrue(isGone, 2, options.signal))) throw writeFailure(drive, cause);
  }
  const seconds = options.timeoutSeconds ?? DRIVE_TIMEOUT_SECONDS;
  if (await becomesTrue(isGone, seconds, options.signal)) return;
  throw new DeviceError(`${plan.title} has not restarted ${seconds} s after the copy`, {
    where: drive,
    next: 'unplug it, hold BOOTSEL while plugging it in again, and repeat',
  });
}

function locateDrive({ drive, volume, title }: DrivePlan, points: readonly string[]): string {
  const hold = `hold BOOTSEL while plugging in the ${title}, and repeat once the drive ${volume} is there`;
  if (drive !== null) {
    if (existsSync(join(drive, INFO_FILE))) return drive;
    throw new InputError(`this is not the drive of a UF2 boot loader: it has no ${INFO_FILE}`, {
      where: drive,
      next: hold,
    });
  }
  const [first, ...others] = findDrives(volume, points);
  if (first === undefined) {
    throw isUnmounted(volume)
      ? new DeviceError(`the drive ${volume} is there, but it is not mounted`, {
          next: `mount it (\`udisksctl mount -b /dev/disk/by-label/${volume}\`), and repeat`,
        })
      : new DeviceError(`no drive ${volume} is mounted`, { next: `${hold}; or name it with --drive` });
  }
  if (others.length > 0) {
    throw new DeviceError(`several drives ${volume} are mounted: ${[first, ...others].join(', ')}`, {
      next: 'name one with --drive',
    });
  }
  return first;
}

function writeFailure(drive: string, cause: unknown): DeviceError {
  const code = (cause as NodeJS.ErrnoException).code;
  const rights = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return new DeviceError(
    rights ? 'the drive may not be written' : `the copy failed: ${(cause as Error).message}`,
    {
      where: drive,
      next: rights ? 'mount it with rights to write, and repeat' : 'plug the board in again, and repeat',
      cause,
    },
  );
}

async function becomesTrue(
  condition: () => boolean,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (signal?.aborted === true) throw new InterruptedError();
    if (Date.now() > end) return false;
    await sleep(50);
  }
  return true;
}

async function runAvrdude({ command, port }: AvrdudePlan, options: FlashOptions): Promise<void> {
  if (port === null) {
    throw new DeviceError('no serial port is named', {
      next: 'name it with --port (`tablize ports` lists them)',
    });
  }
  const result = await runCommand(
    { ...command, timeoutSeconds: options.timeoutSeconds ?? command.timeoutSeconds },
    { cwd: process.cwd(), signal: options.signal, env: options.env ?? process.env },
  );
  if (result.code === 0) return;
  if (result.missing) throw new ToolMissingError('avrdude is not on the PATH', { next: AVRDUDE_INSTALL });
  if (result.timedOut) {
    throw new DeviceError('avrdude did not finish in time', {
      where: port,
      next: 'unplug the board, plug it in again, and repeat',
    });
  }
  throw avrdudeFailure(result.text, port);
}

/** What avrdude means by what it says; the first that fits. */
const AVRDUDE_MEANS = [
  [
    /permission denied|access is denied/i,
    'may not be opened',
    'add yourself to the group of the port (`sudo usermod -aG dialout $USER`) and log in anew',
  ],
  [
    /resource busy|device or resource|being used/i,
    'is in use by another program',
    'close the serial monitor or whatever holds it, and repeat',
  ],
  [
    /can't open device|cannot open (port|device)|no such file|cannot find the file/i,
    'is not there',
    'plug the board in and see `tablize ports`',
  ],
  [
    /not in sync|not responding|getsync|stk500_recv|timeout/i,
    'is there, but the boot loader does not answer',
    'check that this is the right board and port, press its reset button, and repeat',
  ],
  [/signature/i, 'is there, but it is another chip', 'check that --board names the board that is plugged in'],
  [
    /verif\w+ error|mismatch/i,
    'is there, but the board did not keep what was written',
    'repeat with another cable',
  ],
] as const;

function avrdudeFailure(text: string, port: string): DeviceError {
  const said = lastLines(text, 6);
  const meaning = AVRDUDE_MEANS.find(([pattern]) => pattern.test(text));
  const message = meaning === undefined ? 'avrdude failed' : `the port ${meaning[1]}`;
  return new DeviceError(said === '' ? message : `${message}; avrdude says:\n${said}`, {
    where: port,
    next: meaning?.[2] ?? 'see what avrdude says above',
  });
}
