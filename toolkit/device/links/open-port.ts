import type { Link } from '../device.js';
import { parseRemotePort } from './remote-port.js';
import { rfc2217Link } from './rfc2217-link.js';
import { serialPortLink } from './serial-port-link.js';
import { tcpLink } from './tcp-link.js';

/**
 * A serial port: of this machine, by its path, or of another, as `tcp://host:port` (whoever serves it sets its speed) or
 * `rfc2217://host:port`. A board is reset in the way that is given, but for one behind raw TCP. Throws InputError for a wrong address, DeviceError when it cannot be opened.
 */
export async function openPort(port: string, baud: number, reset?: 'dtr'): Promise<Link> {
  const remote = parseRemotePort(port);
  if (remote === null) return serialPortLink(port, baud, reset);
  const connection = await tcpLink(remote);
  return remote.scheme === 'tcp' ? connection : rfc2217Link(connection, { baud, where: port, reset });
}
