import { readFile, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Board } from '../../boards/board.js';

/** A serial port of this machine. */
export interface PortInfo {
  readonly path: string;
  /** USB ids, four lower-case hex digits each; null when it is no USB port. */
  readonly vendor: string | null;
  readonly product: string | null;
  readonly manufacturer: string | null;
  readonly serialNumber: string | null;
}

/** The serial ports of this machine, by path. Empty when there are none. */
export async function listPorts(): Promise<readonly PortInfo[]> {
  const ports = await fromDriver().catch(fromSystem);
  return [...ports].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Ids of the boards whose serial interface has the USB ids of this port. */
export function likelyBoards(
  port: Pick<PortInfo, 'vendor' | 'product'>,
  boards: readonly Board[],
): readonly string[] {
  return boards
    .filter(({ serial }) =>
      serial.usb.some(({ vendor, product }) => vendor === port.vendor && product === port.product),
    )
    .map(({ id }) => id);
}

async function fromDriver(): Promise<readonly PortInfo[]> {
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports
    .map(({ path, vendorId, productId, manufacturer, serialNumber }) => ({
      path,
      vendor: vendorId?.toLowerCase() ?? null,
      product: productId?.toLowerCase() ?? null,
      manufacturer: manufacturer ?? null,
      serialNumber: serialNumber ?? null,
    }))
    .filter(({ path, vendor }) => vendor !== null || !LEGACY.test(path));
}

/** Ports that Linux shows whether they exist or not. */
const LEGACY = /^\/dev\/ttyS\d+$/;

/** Without udevadm the driver cannot list the ports; Linux tells the same in /sys. */
async function fromSystem(): Promise<readonly PortInfo[]> {
  const root = '/sys/class/tty';
  const names = await readdir(root).catch(() => []);
  return Promise.all(
    names
      .filter((name) => /^tty(ACM|USB)\d+$/.test(name))
      .map(async (name) => {
        // The interface; its parents are the USB device (ACM) or the interface of the adapter (USB).
        const device = await realpath(join(root, name, 'device')).catch(() => root);
        const read = async (file: string): Promise<string | null> => {
          for (const up of ['..', '../..']) {
            const text = await readFile(join(device, up, file), 'utf8').catch(() => null);
            if (text !== null) return text.trim();
          }
          return null;
        };
        return {
          path: `/dev/${name}`,
          vendor: await read('idVendor'),
          product: await read('idProduct'),
          manufacturer: await read('manufacturer'),
          serialNumber: await read('serial'),
        };
      }),
  );
}
