import type { Link } from '../device.js';
import { pulseReset } from './control-lines.js';
import { linkEvents } from './link-events.js';
import { openError } from './open-error.js';
import { requireFreePort } from './port-holders.js';

/**
 * A serial port, 8 data bits, no parity, 1 stop bit, no flow control, for us alone. Throws DeviceError when it
 * cannot be opened, telling apart a port that is missing, busy (by which program, where that is known) or forbidden.
 *
 * @param reset what resets the board on it, which is done then
 */
export async function serialPortLink(path: string, baud: number, reset?: 'dtr'): Promise<Link> {
  // Not every program locks its port, and then both would get half of the bytes.
  requireFreePort(path);
  // Its native part is loaded only when a port is wanted.
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(openError(path, baud, error));
    });
  });
  if (reset === 'dtr') await pulseReset(port);
  const events = linkEvents();
  port.on('data', (bytes: Buffer) => events.data(bytes));
  port.on('error', (error: Error) => events.close(error.message));
  port.on('close', (error: Error | null) => events.close(error?.message ?? null));

  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      port.write(Buffer.from(bytes), (error) => {
        if (error == null) resolve();
        else reject(error);
      });
    });
  return {
    write,
    onData: events.onData,
    onClose: events.onClose,
    close: () =>
      new Promise((resolve) => {
        events.close(null);
        if (!port.isOpen) {
          resolve();
          return;
        }
        // What is not sent yet would keep the port from closing when nobody reads it.
        port.flush(() => port.close(() => resolve()));
      }),
  };
}
