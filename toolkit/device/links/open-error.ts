import { DeviceError } from '../../errors.js';
import { busyError } from './port-holders.js';

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
    return busyError(path, error);
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
