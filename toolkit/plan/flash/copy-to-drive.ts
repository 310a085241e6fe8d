import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceError, InputError, InterruptedError } from '../../errors.js';
import { findDrives, INFO_FILE, isUnmounted, mountPoints } from '../mounted-drives.js';
import type { FlashPlan } from './flash-plan.js';
import type { FlashOptions } from './run-flasher.js';

type DrivePlan = Extract<FlashPlan, { kind: 'uf2-drive' }>;

const DRIVE_TIMEOUT_SECONDS = 30;
const DRIVE_APPEARS_SECONDS = 10;

/** Copies a UF2 file onto the drive of a boot loader and waits until the board restarts. Throws DeviceError, InputError, InterruptedError. */
export async function copyToDrive(plan: DrivePlan, options: FlashOptions): Promise<void> {
  await startBootLoader(plan, options);
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
    next: `${plan.enter}, and repeat`,
  });
}

/** Where the drive is not there, asks what runs on the board for it, if that can be asked. */
async function startBootLoader({ drive, volume, touch }: DrivePlan, options: FlashOptions): Promise<void> {
  const isThere = (): boolean => findDrives(volume, options.mountPoints ?? mountPoints()).length > 0;
  if (drive !== null || touch.length === 0 || isThere()) return;
  const port = (await options.touch?.(touch)) ?? null;
  if (port === null) return;
  options.progress?.(
    `the program on ${port} was asked to start the boot loader; waiting for the drive ${volume}`,
  );
  await becomesTrue(isThere, options.timeoutSeconds ?? DRIVE_APPEARS_SECONDS, options.signal);
}

function locateDrive({ drive, volume, title, enter }: DrivePlan, points: readonly string[]): string {
  const hold = `plug in the ${title}, ${enter}, and repeat once the drive ${volume} is there`;
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
