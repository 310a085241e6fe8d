import { accessSync, constants } from 'node:fs';

/** Whether this user may read and write a device file. */
export function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
