import { setLines } from './control-lines.js';
import { openError } from './open-error.js';
import { requireFreePort } from './port-holders.js';

/** The speed that means "start the boot loader" to programs whose USB serial port is the chip's own. */
const TOUCH_BAUD = 1200;

/** Opens a port at 1200 baud, lets DTR go, and closes it. Throws DeviceError when it cannot be opened. */
export async function touchPort(path: string): Promise<void> {
  requireFreePort(path);
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: TOUCH_BAUD, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(openError(path, TOUCH_BAUD, error));
    });
  });
  await setLines(port, { dtr: false, rts: true });
  // The chip may be gone already: then closing fails, and nothing is wrong.
  await new Promise<void>((resolve) => port.close(() => resolve()));
}
