import { DeviceError } from '../../errors.js';
import type { Link } from '../device.js';
import { linkEvents } from './link-events.js';

/**
 * A serial port, 8 data bits, no parity, 1 stop bit, no flow control, for us alone. Throws DeviceError when it
 * cannot be opened, telling apart a port that is missing, busy or forbidden.
 */
export async function serialPortLink(path: string, baud: number): Promise<Link> {
  // Its native part is loaded only when a port is wanted.
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(openError(path, baud, error));
    });
  });
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

/** What the driver says, in words that help. */
export function openError(path: string, baud: number, error: Error): DeviceError {
  const said = error.message;
  const detail = { where: path, cause: error };
  if (/no such file|file not found|ENOENT|ENODEV|no such device/i.test(said)) {
    return new DeviceError('there is no such port', {
      ...detail,
      next: 'connect the board with a data cable and list the ports with "tablize ports"',
    });
  }
  if (/permission denied|EACCES|operation not permitted/i.test(said)) {
    return new DeviceError('you may not open this port', {
      ...detail,
      next: 'join the group that owns it ("sudo usermod -a -G dialout $USER" on Debian), log in again and retry',
    });
  }
  if (/cannot lock|temporarily unavailable|busy|access denied|EBUSY|EAGAIN/i.test(said)) {
    return new DeviceError('another program has this port open', {
      ...detail,
      next: 'close the serial monitor, terminal or ModemManager that uses it ("fuser" or "lsof" shows which) and retry',
    });
  }
  if (/baud|not a typewriter|inappropriate ioctl|ENOTTY|invalid argument|is a directory|EISDIR/i.test(said)) {
    return new DeviceError(`this is no serial port, or it cannot do ${baud} baud`, {
      ...detail,
      next: 'list the ports with "tablize ports"',
    });
  }
  return new DeviceError(`cannot open the port: ${said.replace(/^Error: /, '')}`, {
    ...detail,
    next: 'unplug the board, connect it again and retry',
  });
}
