import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The file by which every UF2 boot loader's drive is known. */
export const INFO_FILE = 'INFO_UF2.TXT';

/** Where drives are mounted on this machine. */
export function mountPoints(): string[] {
  if (process.platform === 'win32')
    return Array.from('DEFGHIJKLMNOPQRSTUVWXYZ').map((letter) => `${letter}:\\`);
  if (process.platform === 'darwin') return list('/Volumes').map((name) => join('/Volumes', name));
  return parseMounts(text('/proc/mounts') ?? '');
}

/** The mount points of /proc/mounts, whose blanks are written as octal numbers (proc(5), fstab(5)). */
export function parseMounts(mounts: string): string[] {
  return mounts.split('\n').flatMap((line) => {
    const point = line.split(' ')[1];
    if (point === undefined) return [];
    return [point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))];
  });
}

/** The mounted drives of a boot loader, by the board id in their INFO_UF2.TXT or by the name of their mount point. */
export function findDrives(volume: string, points: readonly string[] = mountPoints()): string[] {
  return points.filter((point) => {
    const info = text(join(point, INFO_FILE));
    if (info === null) return false;
    return basename(point) === volume || new RegExp(`^Board-ID:\\s*${volume}\\s*$`, 'm').test(info);
  });
}

/** Whether the drive is there although it is not mounted (Linux). */
export function isUnmounted(volume: string): boolean {
  return existsSync(join('/dev/disk/by-label', volume));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
