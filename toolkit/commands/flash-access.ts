import { join } from 'node:path';
import { listPorts, requireFreePort, touchPort } from '../device/index.js';
import type { FlashOptions } from '../plan/index.js';
import type { Run } from './run.js';

/** What flashing from an output folder may use of this machine's ports and files, and where its words go. */
export function flashAccess(folder: string, { output, signal }: Run): FlashOptions {
  return {
    progress: output.progress,
    signal,
    log: join(folder, 'flash.log'),
    requireFree: requireFreePort,
    touch: touchOne,
  };
}

/** Touches the port with these ids, where there is just one: of several it may be any. */
const touchOne: NonNullable<FlashOptions['touch']> = async (ids) => {
  const ports = (await listPorts()).filter((port) =>
    ids.some(({ vendor, product }) => vendor === port.vendor && product === port.product),
  );
  const [first] = ports;
  if (first === undefined || ports.length > 1) return null;
  await touchPort(first.path);
  return first.path;
};
