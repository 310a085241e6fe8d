import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayOpen } from '../may-open.js';

/** Vendor and product of a USB device, as four hex digits each. */
export interface UsbId {
  readonly vendor: string;
  readonly product: string;
}

/** Where Linux lists USB devices, and where their nodes are. */
export interface UsbFolders {
  readonly sys: string;
  readonly dev: string;
}

const LINUX: UsbFolders = { sys: '/sys/bus/usb/devices', dev: '/dev/bus/usb' };

/**
 * Why a tool may have found none of these devices: none is plugged in, it may not be opened, or another program holds it.
 * Some tools do not tell these apart. Where the machine does not list its devices, the answer is 'absent'.
 */
export function whyNotFound(ids: readonly UsbId[], folders = LINUX): 'absent' | 'rights' | 'busy' {
  const nodes = nodesOf(ids, folders);
  if (nodes.length === 0) return 'absent';
  return nodes.some(mayOpen) ? 'busy' : 'rights';
}

function nodesOf(ids: readonly UsbId[], { sys, dev }: UsbFolders): string[] {
  if (!existsSync(sys)) return [];
  return readdirSync(sys).flatMap((name) => {
    const read = (attribute: string): string => readAttribute(join(sys, name, attribute));
    const isOne = ids.some(
      ({ vendor, product }) => vendor === read('idVendor') && product === read('idProduct'),
    );
    return isOne ? [join(dev, read('busnum').padStart(3, '0'), read('devnum').padStart(3, '0'))] : [];
  });
}

/** Empty where there is none, as for hubs' interfaces, or where the device has just gone. */
function readAttribute(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
